#pragma once

#include <cstdint>

#include "common/base/clock.hpp"

namespace turnpike::limits {

/// What a lessee knows of its keeper's clock from the answers it got: an answer was given after its
/// question was sent, so the keeper's time of any moment of the lessee's steady clock has an upper
/// bound. Clocks may run apart by a thousandth. A value; times never go back.
class KeeperClock {
public:
    /// A question that was sent at `sent` or later was answered when the keeper had `at_us`.
    void note(std::int64_t at_us, SteadyTime sent) {
        const std::int64_t lead = at_us - microseconds(sent) + kRounding;
        if (is_known(sent) && lead > lead_at(sent)) return;
        lead_ = lead;
        taken_ = sent;
    }
    /// The keeper's time, in us, that `moment` is not behind; 0: nothing is known lately.
    std::int64_t latest(SteadyTime moment) const {
        return is_known(moment) ? microseconds(moment) + lead_at(moment) : 0;
    }

private:
    static constexpr Seconds kValid{1};
    static constexpr std::int64_t kDriftPart = 1000;
    static constexpr std::int64_t kRounding = 2;

    static std::int64_t microseconds(SteadyTime time) {
        return std::chrono::duration_cast<Microseconds>(time.time_since_epoch()).count();
    }
    bool is_known(SteadyTime moment) const {
        return taken_ != SteadyTime{} && moment - taken_ < kValid;
    }
    std::int64_t lead_at(SteadyTime moment) const {
        return lead_ + (microseconds(moment) - microseconds(taken_)) / kDriftPart + kRounding;
    }

    std::int64_t lead_ = 0;  ///< Of the keeper's clock before the steady clock, at most.
    SteadyTime taken_{};
};

}  // namespace turnpike::limits
