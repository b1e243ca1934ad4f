#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>

#include "common/base/clock.hpp"
#include "common/base/random.hpp"

namespace turnpike::worker {

class Reactor;
struct Outgoing;

/// A timer that fires once on its reactor, at or at most one tick (8 ms) after its time. Setting a
/// later time again, as keep-alive connections do for every request, is a store: the wheel looks
/// again when the old time comes. Thread: its reactor. Destroying it cancels it; the callback may
/// do that.
class Timer {
public:
    using Callback = std::function<void()>;
    Timer(Reactor& reactor, Callback callback);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void expire_at(SteadyTime when);
    void expire_after(Milliseconds delay);
    void cancel() { due_tick_ = kNever; }
    bool is_set() const { return due_tick_ != kNever; }

private:
    friend class TimerWheel;
    static constexpr std::int64_t kNever = -1;

    Reactor& reactor_;
    Callback callback_;
    std::int64_t due_tick_ = kNever;
    std::int64_t scheduled_tick_ = kNever;  // the tick at which the wheel looks; kNever: unlinked
    Timer* next_ = nullptr;
    Timer* previous_ = nullptr;
};

/// What an epoll registration leads to. Thread: its reactor.
class EventTarget {
public:
    EventTarget(const EventTarget&) = delete;
    EventTarget& operator=(const EventTarget&) = delete;

protected:
    explicit EventTarget(Reactor& reactor) : reactor_(reactor) {}
    /// Forgets events of this turn that have not been handled yet. Does not touch the descriptor.
    virtual ~EventTarget();

    Reactor& reactor_;

private:
    friend class Reactor;
    virtual void handle(std::uint32_t events) = 0;
};

/// A socket registered once, edge-triggered, for both directions. Reads and writes are tried first;
/// after a short transfer or EAGAIN the direction counts as not ready until the next event, so no
/// system call is spent on a socket known to be empty.
/// Thread: its reactor. Owns and closes the descriptor.
class Socket final : public EventTarget {
public:
    enum class State : std::uint8_t {
        Connecting,   ///< connect() is in progress: nothing is ready before the first event
        Established,  ///< writable; whether there is something to read the first event tells
    };
    /// Requires: `descriptor` is non-blocking and not registered.
    Socket(Reactor& reactor, int descriptor, State state);
    ~Socket() override;

    Reactor& reactor() const { return reactor_; }
    int descriptor() const { return descriptor_; }

    bool maybe_readable() const { return readable_; }
    bool maybe_writable() const { return writable_; }
    /// The peer closed its side, or the socket failed, as far as events have told.
    bool hung_up() const { return hung_up_; }

    /// To be called after a short read. A socket whose peer hung up stays readable: its end of file
    /// brings no event of its own.
    void drained() { readable_ = hung_up_; }
    /// To be called when a read ended with EAGAIN.
    void found_empty() { readable_ = false; }
    /// To be called after a short write or EAGAIN.
    void filled() { writable_ = false; }

    struct Wait {
        bool await_ready() const noexcept { return ready; }
        void await_suspend(std::coroutine_handle<> waiter) noexcept { *slot = waiter; }
        void await_resume() const noexcept {}
        bool ready;
        std::coroutine_handle<>* slot;
    };
    /// co_await: until an event says that a read (write) may succeed or fail for good, or until
    /// resume() or give_up(). One waiter a direction.
    Wait readable() { return {readable_ || given_up_, &reader_}; }
    Wait writable() { return {writable_ || given_up_, &writer_}; }
    bool has_waiter() const { return reader_ || writer_; }

    /// Resumes who waits, now, though nothing came: its time is over.
    /// Requires: not called by the waiter itself. The socket may be gone when this returns.
    void resume(bool reader, bool writer);
    /// Resumes whoever waits, as above, and lets every later wait pass.
    void give_up();

    /// Called, instead of resuming a waiter, when something happens to an idle socket of a pool;
    /// it may destroy the socket. An empty function ends that.
    void on_event_while_idle(std::function<void()> callback) {
        idle_callback_ = std::move(callback);
    }

private:
    void handle(std::uint32_t events) override;

    int descriptor_;
    bool readable_;
    bool writable_;
    bool hung_up_ = false;
    bool given_up_ = false;
    bool* destroyed_ = nullptr;  // told, if set, when the socket goes while a waiter runs
    std::coroutine_handle<> reader_;
    std::coroutine_handle<> writer_;
    std::function<void()> idle_callback_;
};

/// Level-triggered notice about a descriptor that somebody else reads: listeners, and sockets of
/// libraries with an event interface. Thread: its reactor. Does not own the descriptor, which must
/// outlive it.
class Watch final : public EventTarget {
public:
    enum Interest : std::uint32_t { kRead = 1, kWrite = 2 };
    using Callback = std::function<void(bool readable, bool writable)>;
    /// `exclusive`: of the processes and threads that watch, few are woken (listeners).
    Watch(Reactor& reactor, int descriptor, std::uint32_t interest, Callback callback,
          bool exclusive = false);
    ~Watch() override;

    /// Requires: not exclusive.
    void change(std::uint32_t interest);

private:
    void handle(std::uint32_t events) override;

    int descriptor_;
    Callback callback_;
};

/// One thread's event loop: sockets, timers, and work posted by other threads.
/// Thread: run() and everything it calls belong to one thread; post(), stop() and turns() may come
/// from any. Objects may be made on another thread before run().
/// Why our own: docs/decisions/0002-reactor.md.
class Reactor {
public:
    Reactor();
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Serves until stop(). Returns on the calling thread; work posted before stop() has run.
    void run();
    void stop();
    /// Runs `work` on this reactor soon. Order is kept between posts of one thread. Work that is
    /// still queued when the reactor dies is dropped.
    void post(std::function<void()> work);

    /// What a turn does after its events, lane after lane: what many requests do one after the
    /// other finds its code in the processor's cache, and a peer that is woken once for many sends
    /// does not go back to sleep in between.
    enum class Lane : std::uint8_t {
        Requests,  ///< That were read; and whoever a signal woke.
        Calls,     ///< Are made for the back end.
        Answers,   ///< That were read.
        Logs,      ///< Are written.
        Sends,     ///< To callers and back ends.
    };
    static constexpr std::size_t kLanes = 5;

    /// Resumes `waiter` when its lane comes: in this turn, or in the next if that is over. For
    /// wakers that must not run it on their own stack. Thread: this reactor's.
    void defer(std::coroutine_handle<> waiter, Lane lane);
    /// Takes back what defer() was given, if it has not run yet: for waiters that are destroyed.
    void forget(std::coroutine_handle<> waiter);

    /// Sends when Lane::Sends comes, with all else that goes out in this turn (SendRing), then
    /// resumes the waiter. Lifetime: `outgoing` until then, or until forget(). Thread: this
    /// reactor's.
    void send(Outgoing& outgoing);
    void forget(const Outgoing& outgoing);

    /// Time at the start of this turn of the loop.
    SteadyTime now() const { return now_; }
    FastRandom& random() { return random_; }

    /// Odd while the loop works, even while it waits; grows with every change. A watchdog that
    /// sees the same odd number twice knows that a turn lasts too long. Thread: any.
    std::uint64_t turns() const { return turns_.load(std::memory_order_relaxed); }

    /// The reactor that runs on the calling thread. Requires: there is one.
    static Reactor& current();

private:
    friend class Timer;
    friend class EventTarget;
    friend class Socket;
    friend class Watch;
    struct State;  // descriptors, wheel, posted work: reactor.cpp

    void turn();
    int wait_for_events();
    void run_posted();
    void run_deferred();
    void run_sends();

    std::unique_ptr<State> state_;
    SteadyTime now_;
    FastRandom random_;
    std::atomic<std::uint64_t> turns_{0};
};

}  // namespace turnpike::worker
