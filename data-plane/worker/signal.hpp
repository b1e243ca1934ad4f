#pragma once

#include <coroutine>

#include "data-plane/worker/reactor.hpp"

namespace turnpike::worker {

/// Lets one coroutine wait until something on the same reactor calls set(), or until a deadline.
/// Who sets it goes on; the waiter is resumed later in the same turn. Sticky until reset().
/// Thread: its reactor. May be destroyed together with a waiting coroutine, not before it.
class Signal {
public:
    explicit Signal(Reactor& reactor) : reactor_(reactor) {}
    ~Signal();
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    void set();
    void reset() { set_ = false; }
    bool is_set() const { return set_; }

    struct Wait {
        bool await_ready() const noexcept { return signal.set_; }
        void await_suspend(std::coroutine_handle<> waiter) noexcept { signal.waiter_ = waiter; }
        /// Returns: false if the deadline came first.
        bool await_resume() const noexcept { return signal.set_; }
        Signal& signal;
    };
    /// One waiter at a time.
    Wait wait() { return {*this}; }

private:
    friend class Deadline;
    Reactor& reactor_;
    bool set_ = false;
    std::coroutine_handle<> waiter_;
    std::coroutine_handle<> deferred_;
};

/// Ends the waits of a Signal at a time, without setting it. Thread: its reactor.
class Deadline {
public:
    Deadline(Signal& signal, SteadyTime when);

private:
    Signal& signal_;
    Timer timer_;
};

/// co_await: suspends the coroutine for `delay`, at most one timer tick longer.
class Delay {
public:
    Delay(Reactor& reactor, Milliseconds delay);
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    void await_resume() const noexcept {}

private:
    Milliseconds delay_;
    std::coroutine_handle<> waiter_;
    Timer timer_;
};

}  // namespace turnpike::worker
