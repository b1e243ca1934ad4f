#include "tests/simulation/world.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace turnpike::test {

World::~World() {
    // What an event holds may, when it goes, look at the time.
    while (!due_.empty()) {
        const Due last = due_.back();
        due_.pop_back();
        slots_[last.place].finish(*this, last.place, false);
    }
}

std::uint32_t World::free_place() {
    if (free_.empty()) {
        slots_.emplace_back();
        return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    return place;
}

void World::schedule(std::int64_t at_us, std::uint32_t place) {
    due_.push_back({at_us, order_++, place});
    std::push_heap(due_.begin(), due_.end(), std::greater<>());
}

void World::run_until(std::int64_t end_us) {
    while (!due_.empty() && due_.front().at_us <= end_us) run_next();
    now_us_ = std::max(now_us_, end_us);
}

bool World::run_next() {
    if (due_.empty()) return false;
    std::pop_heap(due_.begin(), due_.end(), std::greater<>());
    const Due next = due_.back();
    due_.pop_back();
    now_us_ = std::max(now_us_, next.at_us);
    slots_[next.place].finish(*this, next.place, true);
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
