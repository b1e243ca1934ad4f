#include "tests/simulation/world.hpp"

#include <cmath>

namespace turnpike::test {

void World::after(std::int64_t delay_us, std::function<void()> event) {
    events_.push({now_us_ + delay_us, order_++, std::move(event)});
}

void World::run_until(std::int64_t end_us) {
    while (!events_.empty() && events_.top().at_us <= end_us) {
        const Event event = events_.top();
        events_.pop();
        now_us_ = event.at_us;
        event.run();
    }
    now_us_ = end_us;
}

std::int64_t World::upto(std::int64_t most) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(most + 1));
}

std::int64_t World::gap_us(double per_second) {
    const double draw = (static_cast<double>(engine_() >> 11U) + 0.5) / 9007199254740992.0;
    return static_cast<std::int64_t>(-std::log(draw) / per_second * 1e6) + 1;
}

}  // namespace turnpike::test
