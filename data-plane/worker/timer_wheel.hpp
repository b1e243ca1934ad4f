#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>

#include "common/base/clock.hpp"
#include "data-plane/worker/reactor.hpp"

namespace turnpike::worker {

/// The timers of one reactor, hashed by tick. A timer that is set later again stays where it is and
/// is moved when the wheel comes by; one that lies more than a round ahead is passed over.
/// Thread: its reactor.
class TimerWheel {
public:
    static constexpr Milliseconds kTick{8};

    explicit TimerWheel(SteadyTime start) : start_(start) {}
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    void set(Timer& timer, SteadyTime when);
    void unlink(Timer& timer);
    /// Runs what is due, tick by tick. Callbacks may set and destroy any timer.
    void advance(SteadyTime now);
    /// When the wheel has to be advanced next. Returns: nothing if no timer is linked.
    std::optional<SteadyTime> next_look() const;

private:
    static constexpr std::size_t kBuckets = 4096;  // one round is 33 s
    static constexpr std::int64_t kExpiring = -2;  // scheduled_tick_ of what advance() looks at

    static std::size_t bucket_of(std::int64_t tick) {
        return static_cast<std::size_t>(tick) % kBuckets;
    }
    std::int64_t tick_after(SteadyTime when) const;
    void link(Timer& timer, std::int64_t tick);
    void look_at(std::int64_t tick, std::int64_t now_tick);
    void look_at_first(std::int64_t now_tick);

    SteadyTime start_;
    std::int64_t current_tick_ = 0;  // all before and including it have been looked at
    std::size_t linked_ = 0;
    std::array<Timer*, kBuckets> buckets_{};  // circular lists, oldest first
    std::array<std::uint64_t, kBuckets / 64> occupied_{};
    Timer* expiring_ = nullptr;
};

}  // namespace turnpike::worker
