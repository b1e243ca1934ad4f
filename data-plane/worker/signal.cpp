#include "data-plane/worker/signal.hpp"

#include "common/base/assert.hpp"

namespace turnpike::worker {

void Signal::set() {
    set_ = true;
    if (wait_ != nullptr) wait_->resume();
}

Signal::Wait::~Wait() {
    if (signal_.wait_ == this) signal_.wait_ = nullptr;
    if (is_deferred_) signal_.reactor_.forget(waiter_);
}

void Signal::Wait::await_suspend(std::coroutine_handle<> waiter) {
    TURNPIKE_ASSERT(signal_.wait_ == nullptr);
    signal_.wait_ = this;
    waiter_ = waiter;
}

void Signal::Wait::resume() {
    signal_.wait_ = nullptr;
    is_deferred_ = true;
    signal_.reactor_.defer(waiter_, Reactor::Lane::Requests);
}

Signal::TimedWait::TimedWait(Signal& signal, SteadyTime when)
    : Wait(signal), when_(when), timer_(signal.reactor_, [this] {
          if (signal_.wait_ == this) resume();
      }) {}

void Signal::TimedWait::await_suspend(std::coroutine_handle<> waiter) {
    Wait::await_suspend(waiter);
    timer_.expire_at(when_);
}

Yield::~Yield() {
    if (waiter_) reactor_.forget(waiter_);
}

void Yield::await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    reactor_.defer(waiter, lane_);
}

Delay::Delay(Reactor& reactor, Milliseconds delay)
    : delay_(delay), timer_(reactor, [this] { waiter_.resume(); }) {}

void Delay::await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    timer_.expire_after(delay_);
}

}  // namespace turnpike::worker
