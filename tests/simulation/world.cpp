#include "tests/simulation/world.hpp"

#include <algorithm>
#include <cmath>

namespace turnpike::test {

void World::after(std::int64_t delay_us, std::function<void()> event) {
    events_.push_back({now_us_ + delay_us, order_++, std::move(event)});
    std::push_heap(events_.begin(), events_.end(), std::greater<>());
}

void World::run_until(std::int64_t end_us) {
    while (!events_.empty() && events_.front().at_us <= end_us) run_next();
    now_us_ = std::max(now_us_, end_us);
}

bool World::run_next() {
    if (events_.empty()) return false;
    std::pop_heap(events_.begin(), events_.end(), std::greater<>());
    const Event event = std::move(events_.back());
    events_.pop_back();
    now_us_ = std::max(now_us_, event.at_us);
    event.run();
    return true;
}

std::int64_t World::upto(std::int64_t most) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(most + 1));
}

std::int64_t World::gap_us(double per_second) {
    const double draw = (static_cast<double>(engine_() >> 11U) + 0.5) / 9007199254740992.0;
    return static_cast<std::int64_t>(-std::log(draw) / per_second * 1e6) + 1;
}

}  // namespace turnpike::test
