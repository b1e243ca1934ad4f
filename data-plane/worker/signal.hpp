#pragma once

#include <coroutine>

#include "data-plane/worker/reactor.hpp"

namespace turnpike::worker {

/// Lets one coroutine wait until something on the same reactor calls set(), or until a time. Who
/// sets it goes on; the waiter is resumed later in the same turn. Sticky until reset().
/// Thread: its reactor. Lifetime: outlives the wait; a waiting coroutine may be destroyed.
class Signal {
public:
    explicit Signal(Reactor& reactor) : reactor_(reactor) {}
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    void set();
    void reset() { set_ = false; }
    bool is_set() const { return set_; }

    /// One at a time. Lives in the waiting coroutine.
    class Wait {
    public:
        explicit Wait(Signal& signal) : signal_(signal) {}
        ~Wait();
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        bool await_ready() const noexcept { return signal_.set_; }
        void await_suspend(std::coroutine_handle<> waiter);
        /// Returns: whether the signal is set; false if the time came first.
        bool await_resume() noexcept {
            is_deferred_ = false;
            return signal_.set_;
        }

    protected:
        friend class Signal;
        void resume();
        Signal& signal_;
        std::coroutine_handle<> waiter_;
        bool is_deferred_ = false;
    };
    class TimedWait : public Wait {
    public:
        TimedWait(Signal& signal, SteadyTime when);
        void await_suspend(std::coroutine_handle<> waiter);

    private:
        SteadyTime when_;
        Timer timer_;
    };
    Wait wait() { return Wait{*this}; }
    TimedWait wait_until(SteadyTime when) { return {*this, when}; }

private:
    Reactor& reactor_;
    bool set_ = false;
    Wait* wait_ = nullptr;
};

/// co_await: waits for a lane of the loop's turn; the last one lets everything else that is due run
/// first.
class Yield {
public:
    explicit Yield(Reactor& reactor, Reactor::Lane lane = Reactor::Lane::Sends)
        : reactor_(reactor), lane_(lane) {}
    ~Yield();
    Yield(const Yield&) = delete;
    Yield& operator=(const Yield&) = delete;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    void await_resume() noexcept { waiter_ = {}; }

private:
    Reactor& reactor_;
    Reactor::Lane lane_;
    std::coroutine_handle<> waiter_;
};

/// How much one connection may do in one turn before it has to yield: a peer that is always ready
/// must not starve the others. Thread: the reactor's.
class TurnBudget {
public:
    explicit TurnBudget(std::uint32_t steps_max) : steps_max_(steps_max) {}
    /// Returns: false if this turn's steps are used up.
    bool spend(const Reactor& reactor) {
        if (turn_ != reactor.turns()) {
            turn_ = reactor.turns();
            used_ = 0;
        }
        return ++used_ <= steps_max_;
    }

private:
    std::uint32_t steps_max_;
    std::uint32_t used_ = 0;
    std::uint64_t turn_ = 0;
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
