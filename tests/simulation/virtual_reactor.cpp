#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "data-plane/worker/reactor.hpp"
#include "tests/simulation/virtual_machine.hpp"

/// Reactors whose turns are events of the world. What they promise is what the real ones do: posts
/// and timers of one reactor never run within each other, timers come up to a tick late, who is
/// resumed and defers again goes on in the next turn.
namespace turnpike::worker {

using test::VirtualMachine;
using test::World;

namespace {

constexpr std::int64_t kTickUs = 8'000;

}  // namespace

struct Reactor::State {
    World& world = VirtualMachine::world();
    /// Of the machine on which it was made.
    std::int64_t clock_ahead_us = test::ClockAhead::now_us();
    std::shared_ptr<char> alive = std::make_shared<char>();
    std::vector<std::function<void()>> posted;
    std::vector<std::coroutine_handle<>> deferred;
    std::vector<std::coroutine_handle<>> resuming;
    /// Those that are set. One that is set anew, or goes, leaves its place, and what was to happen
    /// then finds another number there.
    struct Setting {
        Timer* timer;
        std::int64_t number;
    };
    std::vector<Setting> timers;
    std::int64_t timers_set = 0;
    bool is_turn_due = false;

    std::size_t set(Timer& timer) {
        const auto free = std::find_if(timers.begin(), timers.end(),
                                       [](const Setting& one) { return one.timer == nullptr; });
        const auto place = free == timers.end() ? timers.insert(free, Setting{}) : free;
        *place = {&timer, timers_set++};
        return static_cast<std::size_t>(place - timers.begin());
    }
    void unset(const Timer& timer) {
        for (Setting& one : timers) {
            if (one.timer == &timer) one = {};
        }
    }

    void turn_soon(Reactor& reactor) {
        if (std::exchange(is_turn_due, true)) return;
        world.after(0, [&reactor, is_there = std::weak_ptr(alive)] {
            if (!is_there.expired()) reactor.turn();
        });
    }
};

Reactor::Reactor()
    : state_(std::make_unique<State>()),
      now_(state_->world.now()),
      random_(static_cast<std::uint64_t>(state_->world.upto(1'000'000'000))) {}

Reactor::~Reactor() { state_->posted.clear(); }

void Reactor::post(std::function<void()> work) {
    state_->posted.push_back(std::move(work));
    state_->turn_soon(*this);
}

void Reactor::turn() {
    const test::ClockAhead ahead(state_->clock_ahead_us);
    state_->is_turn_due = false;
    now_ = state_->world.now();
    run_posted();
    run_deferred();
}

void Reactor::run_posted() {
    for (const auto& work : std::exchange(state_->posted, {})) work();
}

void Reactor::run_deferred() {
    State& state = *state_;
    state.resuming = std::exchange(state.deferred, {});
    for (std::size_t i = 0; i < state.resuming.size(); ++i) {
        if (const auto waiter = std::exchange(state.resuming[i], {})) waiter.resume();
    }
    state.resuming.clear();
    if (!state.deferred.empty()) state.turn_soon(*this);
}

void Reactor::defer(std::coroutine_handle<> waiter, Lane /*lane*/) {
    state_->deferred.push_back(waiter);
    state_->turn_soon(*this);
}

void Reactor::forget(std::coroutine_handle<> waiter) {
    for (auto* list : {&state_->deferred, &state_->resuming}) {
        std::replace(list->begin(), list->end(), waiter, std::coroutine_handle<>{});
    }
}

Timer::Timer(Reactor& reactor, Callback callback)
    : reactor_(reactor), callback_(std::move(callback)) {}

Timer::~Timer() {
    if (scheduled_tick_ != kNever) reactor_.state_->unset(*this);
}

void Timer::expire_at(SteadyTime when) {
    Reactor::State& state = *reactor_.state_;
    if (scheduled_tick_ != kNever) state.unset(*this);
    const std::size_t place = state.set(*this);
    const std::int64_t number = scheduled_tick_ = due_tick_ = state.timers[place].number;
    const auto delay = std::chrono::duration_cast<Microseconds>(when - state.world.now()).count();
    const std::int64_t late = state.world.upto(kTickUs);
    state.world.after(
        std::max<std::int64_t>(delay, 0) + late,
        [&reactor = reactor_, &state, place, number, is_there = std::weak_ptr(state.alive)] {
            if (is_there.expired()) return;
            Timer* const timer = state.timers[place].timer;
            if (timer == nullptr || state.timers[place].number != number) return;
            state.timers[place] = {};
            timer->scheduled_tick_ = kNever;
            if (std::exchange(timer->due_tick_, kNever) == kNever) return;
            const test::ClockAhead ahead(state.clock_ahead_us);
            reactor.now_ = state.world.now();
            timer->callback_();
            reactor.run_deferred();
        });
}

void Timer::expire_after(Milliseconds delay) { expire_at(reactor_.now() + delay); }

}  // namespace turnpike::worker
