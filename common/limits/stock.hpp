#pragma once

#include <cstdint>

#include "common/base/clock.hpp"

namespace turnpike::limits {

/// Tokens or units that one lessee holds for requests to come, and how fast it takes them.
/// A value; thread: its lessee's. Times are of the steady clock and never go back.
class Stock {
public:
    bool has(SteadyTime now) const { return units_ > 0 && now < expires_; }
    /// One is set aside for a request that still waits for others. Requires: has().
    void reserve() {
        --units_;
        ++reserved_;
    }
    /// The request is admitted (it is spent), or not (it is there again).
    void use_reserved() { --reserved_; }
    void release_reserved() {
        --reserved_;
        ++units_;
    }
    /// Requires: has().
    void spend() { --units_; }

    /// A request came that wants one, whether it gets it or not.
    void note_demand(SteadyTime now) {
        ++seen_;
        comes_again_ = !is_idle(now);
        last_seen_ = now;
        const auto passed = now - measured_since_;
        if (passed >= kMeasure || (seen_ >= kMeasureRequests && passed >= kMeasureMin)) {
            measure(now);
        }
    }
    /// Requests a second, lately.
    double demand() const { return demand_; }
    bool is_busy() const { return demand_ >= kBusy; }
    /// How many there should be. None for the first request after a while: if no other follows,
    /// they would only be given back, and meanwhile others may be refused for want of them.
    std::int64_t target() const;
    /// The next should be asked for before these are gone.
    bool runs_low() const { return units_ * 4 <= full_ && full_ > 0; }
    /// Nobody wanted any for some time.
    bool is_idle(SteadyTime now) const { return now - last_seen_ >= kIdle; }
    bool expires_soon(SteadyTime now) const { return units_ > 0 && now + kRenewBefore >= expires_; }

    std::int64_t units() const { return units_; }
    std::int64_t held() const { return units_ + reserved_; }
    /// All but the reserved, which are no longer there.
    std::int64_t give_back();
    /// Those that may not be spent any more are gone.
    void drop_expired(SteadyTime now);
    void drop_all() { units_ = full_ = 0; }
    void add(std::int64_t units, SteadyTime expires);
    /// So many of those held may be kept.
    void keep_at_most(std::int64_t held);

    static constexpr Milliseconds kLease{10'000};
    /// Between the end of a lease as a lessee sees it and its end in Redis: how long a reserved
    /// token may wait, and what two clocks differ by within one lease.
    static constexpr Milliseconds kLeaseMargin{500};

private:
    static constexpr Milliseconds kMeasure{200};
    /// So many tell enough, however soon they came: a rush is not kept waiting for small stocks.
    static constexpr std::int64_t kMeasureRequests = 100;
    static constexpr Milliseconds kMeasureMin{5};
    static constexpr Milliseconds kIdle{2'000};
    static constexpr Milliseconds kRenewBefore{2'000};
    static constexpr double kBusy = 50;
    static constexpr std::int64_t kUnitsMin = 16;
    static constexpr std::int64_t kUnitsMax = 16'384;
    static constexpr double kSecondsAhead = 6;

    void measure(SteadyTime now);

    std::int64_t units_ = 0;
    std::int64_t reserved_ = 0;
    std::int64_t full_ = 0;  ///< What there was after the last answer.
    SteadyTime expires_{};
    std::int64_t seen_ = 0;
    SteadyTime measured_since_{};
    SteadyTime last_seen_{};
    bool comes_again_ = false;  ///< The last two requests came within kIdle.
    double demand_ = 0;
};

}  // namespace turnpike::limits
