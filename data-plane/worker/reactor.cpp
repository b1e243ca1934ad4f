#include "data-plane/worker/reactor.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/base/assert.hpp"
#include "data-plane/worker/reactor_state.hpp"

namespace turnpike::worker {
namespace {

constinit thread_local Reactor* current_reactor = nullptr;

}  // namespace

void Reactor::State::add(int descriptor, std::uint32_t interest, EventTarget* target) {
    epoll_event event{};
    event.events = interest;
    event.data.ptr = target;
    // Fails only when the kernel is out of memory or of watches: no connection could be served.
    TURNPIKE_ASSERT(::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0);
}

void Reactor::State::remove(int descriptor) {
    ::epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nullptr);
}

void Reactor::State::forget_events_of(const EventTarget* target) {
    for (std::size_t i = event_next; i < event_count; ++i) {
        if (events[i].data.ptr == target) events[i].events = 0;
    }
}

Reactor::Reactor() : now_(steady_now()) {
    state_ = std::make_unique<State>(now_);
    state_->epoll = ::epoll_create1(EPOLL_CLOEXEC);
    state_->wake_up = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    TURNPIKE_ASSERT(state_->epoll >= 0 && state_->wake_up >= 0);
    // Edge-triggered: every post is an edge, so the counter never has to be read.
    state_->add(state_->wake_up, EPOLLIN | EPOLLET, nullptr);
}

Reactor::~Reactor() {
    // Work that nobody will run may own things that use the reactor: drop it while that is whole.
    state_->posted.clear();
    state_->running.clear();
    ::close(state_->wake_up);
    ::close(state_->epoll);
}

Reactor& Reactor::current() {
    TURNPIKE_ASSERT(current_reactor != nullptr);
    return *current_reactor;
}

void Reactor::run() {
    Reactor* const outer = std::exchange(current_reactor, this);
    now_ = steady_now();
    while (!state_->stopping.load(std::memory_order_acquire)) turn();
    run_posted();
    run_deferred();
    current_reactor = outer;
    state_->stopping.store(false, std::memory_order_relaxed);
}

void Reactor::stop() {
    post([this] { state_->stopping.store(true, std::memory_order_release); });
}

void Reactor::post(std::function<void()> work) {
    bool was_empty;
    {
        const std::lock_guard lock(state_->posted_mutex);
        was_empty = state_->posted.empty();
        state_->posted.push_back(std::move(work));
    }
    // A loop that has been woken takes everything that was posted until it looks.
    if (was_empty) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(state_->wake_up, &one, sizeof one);
    }
}

void Reactor::turn() {
    const int count = wait_for_events();
    turns_.store(turns_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    now_ = steady_now();
    State& state = *state_;
    bool posts_waiting = false;
    state.event_count = count > 0 ? static_cast<std::size_t>(count) : 0;
    for (state.event_next = 0; state.event_next < state.event_count;) {
        const epoll_event& event = state.events[state.event_next++];
        if (event.data.ptr == nullptr) {
            posts_waiting = true;
        } else if (event.events != 0) {
            static_cast<EventTarget*>(event.data.ptr)->handle(event.events);
        }
    }
    state.event_count = 0;
    state.wheel.advance(now_);
    if (posts_waiting) run_posted();
    run_deferred();
    turns_.store(turns_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

int Reactor::wait_for_events() {
    int timeout = -1;
    if (!state_->outgoing.empty() || std::any_of(state_->deferred.begin(), state_->deferred.end(),
                                                 [](const auto& lane) { return !lane.empty(); })) {
        timeout = 0;
    } else if (const auto look = state_->wheel.next_look()) {
        const auto delay = std::chrono::ceil<Milliseconds>(*look - now_).count();
        timeout = static_cast<int>(std::clamp<decltype(delay)>(delay, 0, 60'000));
    }
    return ::epoll_wait(state_->epoll, state_->events.data(),
                        static_cast<int>(state_->events.size()), timeout);
}

void Reactor::run_posted() {
    State& state = *state_;
    {
        const std::lock_guard lock(state.posted_mutex);
        state.running.swap(state.posted);
    }
    for (auto& work : state.running) {
        // Dropped as soon as it has run: what it holds may be waited for.
        const auto current = std::exchange(work, nullptr);
        current();
    }
    state.running.clear();
}

void Reactor::defer(std::coroutine_handle<> waiter, Lane lane) {
    state_->deferred[static_cast<std::size_t>(lane)].push_back(waiter);
}

void Reactor::forget(std::coroutine_handle<> waiter) {
    for (auto& lane : state_->deferred) {
        std::replace(lane.begin(), lane.end(), waiter, std::coroutine_handle<>{});
    }
    auto& resuming = state_->resuming;
    std::replace(resuming.begin(), resuming.end(), waiter, std::coroutine_handle<>{});
}

void Reactor::send(Outgoing& outgoing) { state_->outgoing.push_back(&outgoing); }

void Reactor::forget(const Outgoing& outgoing) {
    for (auto* const list : {&state_->outgoing, &state_->sending}) {
        for (auto*& one : *list) {
            if (one == &outgoing) one = nullptr;
        }
    }
}

void Reactor::run_deferred() {
    State& state = *state_;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if (lane == static_cast<std::size_t>(Lane::Sends)) run_sends();
        auto& waiters = state.deferred[lane];
        if (waiters.empty()) continue;
        state.resuming.swap(waiters);
        // By index, and taken out: a coroutine may have forget() change the list.
        for (std::size_t i = 0; i < state.resuming.size(); ++i) {
            if (const auto waiter = std::exchange(state.resuming[i], {})) waiter.resume();
        }
        state.resuming.clear();
    }
}

void Reactor::run_sends() {
    State& state = *state_;
    if (state.outgoing.empty()) return;
    state.sending.swap(state.outgoing);
    state.ring.send(state.sending);
    // As in run_deferred().
    for (std::size_t i = 0; i < state.sending.size(); ++i) {
        if (auto* const outgoing = std::exchange(state.sending[i], nullptr)) {
            outgoing->waiter.resume();
        }
    }
    state.sending.clear();
}

EventTarget::~EventTarget() { reactor_.state_->forget_events_of(this); }

Timer::Timer(Reactor& reactor, Callback callback)
    : reactor_(reactor), callback_(std::move(callback)) {}

Timer::~Timer() { reactor_.state_->wheel.unlink(*this); }

void Timer::expire_at(SteadyTime when) { reactor_.state_->wheel.set(*this, when); }

void Timer::expire_after(Milliseconds delay) { expire_at(reactor_.now() + delay); }

}  // namespace turnpike::worker
