#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "common/limits/lease.hpp"
#include "common/limits/quota.hpp"
#include "data-plane/limits/admission.hpp"

/// What callers are told of their limits, from what the lessee of them knows anyway. Pure.
/// Source: docs/limits.md, "What callers are told".
namespace turnpike::limits {

/// Client and method, client, stage method, account, quota.
inline constexpr std::size_t kLimitsOfRequest = 5;

/// One limit that concerned a request.
struct LimitView {
    Level level = Level::None;
    std::int64_t limit =
        0;  ///< Requests: the burst of a throttle, or what a quota's window allows.
    std::int64_t window_s = 1;   ///< In which a throttle fills, or of a quota.
    std::int64_t remaining = 0;  ///< Never more than is left.
    double likely = 0;           ///< How many are left by what was known last.
    /// Until all of it is there again, if nobody calls. Unset: never, or not known.
    std::optional<Microseconds> reset;
    /// Until one more is there. Unset: that is now, never, or not known.
    std::optional<Microseconds> retry;
    bool is_never = false;  ///< It admits nothing.
};

/// When a request began, and what is the time now. What was asked of Redis since `begun` counts as
/// known; never: nothing was.
struct RequestTimes {
    SteadyTime begun = SteadyTime::max();
    SteadyTime now;
};

LimitView view_of(Level level, const BucketLimit& limit, const BucketLease& lease,
                  const RequestTimes& times);

/// `admitted_by_all`: a throttle that bounds the requests of the quota, so that what is left can be
/// known without asking. Its rate is negative: there is none.
LimitView view_of(const QuotaTerms& terms, const QuotaLease& lease,
                  const BucketLimit& admitted_by_all, const RequestTimes& times);

struct Notice {
    struct Policy {
        std::int64_t limit = 0;
        std::int64_t window_s = 0;
    };
    std::array<Policy, kLimitsOfRequest> policies{};
    std::size_t policy_count = 0;  ///< 0: nothing is told but `retry_s`.
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    std::optional<std::int64_t> reset_s;
    std::optional<std::int64_t> retry_s;  ///< Of a refusal.
};

/// Of the limit that refused, or else of the one of which the fewest requests are left. What was
/// decided without Redis tells of no limit: nothing can be promised.
Notice notice_of(std::span<const LimitView> views, const Verdict& verdict);

}  // namespace turnpike::limits
