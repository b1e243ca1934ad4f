#pragma once

#include <cstdint>
#include <optional>

#include "common/base/calendar.hpp"
#include "common/json/value.hpp"

/// The windows in which a quota counts, and what may be used in each. All in UTC.
/// Source: the contract's quota settings; docs/compatibility.md.
namespace turnpike::service {

enum class QuotaPeriod : std::uint8_t { Hour, Day, Week, Month };

/// From `start`, up to but without `end`.
struct QuotaWindow {
    WallTime start;
    WallTime end;
};

/// The window that has the moment. Weeks start on Sunday, months on their first day.
QuotaWindow quota_window(QuotaPeriod period, WallTime time);

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
