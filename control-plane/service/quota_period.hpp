#pragma once

#include <cstdint>
#include <optional>

#include "common/base/calendar.hpp"
#include "common/json/value.hpp"
#include "common/limits/window.hpp"

/// The windows in which a quota counts, and what may be used in each. All in UTC.
/// Source: the contract's quota settings; docs/compatibility.md.
namespace turnpike::service {

using limits::quota_window;
using limits::QuotaPeriod;
using limits::QuotaWindow;

struct Quota {
    std::int64_t limit = 0;
    std::int64_t offset = 0;
    QuotaPeriod period = QuotaPeriod::Day;
    WallTime since;  ///< When the plan got it.
};

/// Of a stored plan. Returns: nothing if it has none.
std::optional<Quota> quota_of(const json::Value& plan);

/// Notes in the plan since when it has its quota: from now on if it had none before, or one of
/// another period.
void date_quota(const json::Value& before, WallTime now, json::Value& plan);

/// Requests that the window allows: the limit, less the offset in the window in which the quota
/// began.
std::int64_t quota_allowance(const Quota& quota, const QuotaWindow& window);

}  // namespace turnpike::service
