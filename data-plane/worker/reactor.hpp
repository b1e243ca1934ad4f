#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>

#include "common/base/clock.hpp"
#include "common/base/random.hpp"

namespace turnpike::worker {

class Reactor;

/// A timer that fires once on its reactor, at or at most one tick (8 ms) after its time. Setting a
/// later time again, as keep-alive connections do for every request, is a store: the wheel looks
/// again when the old time comes. Thread: its reactor. Destroying it cancels it.
class Timer {
public:
    using Callback = std::function<void()>;
    Timer(Reactor& reactor, Callback callback);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void expire_at(SteadyTime when);
    void expire_after(Milliseconds delay);
    void cancel();

private:
    friend class Reactor;
    Reactor& reactor_;
    Callback callback_;
    std::int64_t due_tick_ = -1;        // -1: not set
    std::int64_t scheduled_tick_ = -1;  // bucket it is linked in; -1: none
    Timer* next_ = nullptr;
    Timer* previous_ = nullptr;
};

/// A socket registered once, edge-triggered, for both directions. Reads and writes are tried first;
/// after a short transfer or EAGAIN the direction counts as not ready until the next event, so no
/// system call is spent on a socket known to be empty.
/// Thread: its reactor. Owns and closes the descriptor.
class Socket {
public:
    Socket(Reactor& reactor, int descriptor);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    int descriptor() const { return descriptor_; }

    bool maybe_readable() const { return readable_; }
    bool maybe_writable() const { return writable_; }
    /// The peer closed its side, or the socket failed, as far as events have told.
    bool hung_up() const { return hung_up_; }
    /// To be called after a short read or write, or EAGAIN.
    void drained() { readable_ = false; }
    void filled() { writable_ = false; }

    struct Wait {
        bool await_ready() const noexcept { return ready; }
        void await_suspend(std::coroutine_handle<> waiter) noexcept { *slot = waiter; }
        void await_resume() const noexcept {}
        bool ready;
        std::coroutine_handle<>* slot;
    };
    /// co_await: until an event says that a read (write) may succeed or fail for good, or until
    /// wake(). One waiter a direction.
    Wait readable() { return {readable_ || woken_, &reader_}; }
    Wait writable() { return {writable_ || woken_, &writer_}; }

    /// Resumes whoever waits, now and for every later wait: used by timers and shutdown, after
    /// which the owner sees its own flag and gives up. Requires: not called by the waiter itself.
    void wake();

    /// Idle sockets in a pool: called, instead of resuming a waiter, when something happens.
    void on_event_while_idle(std::function<void()> callback) { idle_callback_ = std::move(callback); }

private:
    friend class Reactor;
    void handle(std::uint32_t events);

    Reactor& reactor_;
    int descriptor_;
    bool readable_ = true;
    bool writable_ = true;
    bool hung_up_ = false;
    bool woken_ = false;
    std::coroutine_handle<> reader_;
    std::coroutine_handle<> writer_;
    std::function<void()> idle_callback_;
};

/// One thread's event loop: sockets, timers, and work posted by other threads.
/// Thread: run() and everything it calls belong to one thread; post() and stop() may come from any.
/// Why our own: docs/decisions/0002-reactor.md.
class Reactor {
public:
    Reactor();
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Serves until stop(). Returns on the calling thread.
    void run();
    void stop();
    /// Runs `work` on this reactor soon. Order is kept between posts of one thread.
    void post(std::function<void()> work);

    /// Time at the start of this turn of the loop.
    SteadyTime now() const { return now_; }
    FastRandom& random() { return random_; }

    /// The reactor that runs on the calling thread. Requires: there is one.
    static Reactor& current();

private:
    friend class Timer;
    friend class Socket;
    struct State;  // descriptors, wheel, posted work: reactor.cpp
    std::unique_ptr<State> state_;
    SteadyTime now_;
    FastRandom random_;
};

}  // namespace turnpike::worker
