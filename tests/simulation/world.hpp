#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "common/base/clock.hpp"

namespace turnpike::test {

/// Time that passes from event to event, and chance from a seed: the same seed, the same run.
class World {
public:
    explicit World(std::uint64_t seed) : engine_(seed) {}

    std::int64_t now_us() const { return now_us_; }
    SteadyTime now() const { return SteadyTime(Microseconds(now_us_)); }
    void after(std::int64_t delay_us, std::function<void()> event);
    /// Until nothing is left to happen before `end_us`.
    void run_until(std::int64_t end_us);
    /// The next event. Returns: false if there is none.
    bool run_next();

    /// 0..most
    std::int64_t upto(std::int64_t most);
    bool one_in(std::int64_t many) { return upto(many - 1) == 0; }
    /// Between the events of a process with so many a second.
    std::int64_t gap_us(double per_second);

private:
    struct Event {
        std::int64_t at_us;
        std::uint64_t order;
        std::function<void()> run;
        bool operator>(const Event& other) const {
            return at_us != other.at_us ? at_us > other.at_us : order > other.order;
        }
    };
    std::mt19937_64 engine_;
    std::vector<Event> events_;  ///< A heap, the next one first.
    std::uint64_t order_ = 0;
    std::int64_t now_us_ = 1'000'000;
};

/// How questions travel. All by chance.
struct Network {
    std::int64_t delay_us_max = 500;
    std::int64_t slow_one_in = 0;  ///< 0: never; a question or answer takes up to 80 ms.
    std::int64_t lost_one_in = 0;  ///< 0: never; a question or its answer never comes.
    /// 0: never; a question comes after it was given up, perhaps after later ones.
    std::int64_t stalled_one_in = 0;
};

}  // namespace turnpike::test
