#include "common/limits/keeper_clock.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using limits::KeeperClock;

namespace {

constexpr std::int64_t kAnswered = 1'700'000'000'000'000;
constexpr SteadyTime kSent{Seconds(5)};
/// What times in whole microseconds may differ by.
constexpr std::int64_t kRounding = 10;

}  // namespace

TEST_CASE("a keeper's time is known by when its answer's question was sent, and not for long") {
    KeeperClock clock;
    CHECK(clock.latest(kSent) == 0);
    clock.note(kAnswered, kSent);
    CHECK(clock.latest(kSent) >= kAnswered);
    CHECK(clock.latest(kSent) <= kAnswered + kRounding);
    // As much later as two clocks may run apart.
    const std::int64_t later = clock.latest(kSent + Milliseconds(500)) - kAnswered;
    CHECK(later >= 500'500);
    CHECK(later <= 500'500 + kRounding);
    CHECK(clock.latest(kSent + Seconds(1)) == 0);
}

TEST_CASE("the answer that took the shortest tells the most") {
    KeeperClock clock;
    clock.note(kAnswered + 5'000, kSent);
    clock.note(kAnswered + 10'100, kSent + Milliseconds(10));
    const SteadyTime now = kSent + Milliseconds(20);
    const std::int64_t best = clock.latest(now);
    CHECK(best - kAnswered >= 20'110);
    CHECK(best - kAnswered <= 20'110 + kRounding);
    clock.note(kAnswered + 25'000, now);
    CHECK(clock.latest(now) == best);
    // Until it is too old.
    clock.note(kAnswered + 1'015'000, kSent + Milliseconds(1'010));
    CHECK(clock.latest(kSent + Milliseconds(1'010)) >= kAnswered + 1'015'000);
}
