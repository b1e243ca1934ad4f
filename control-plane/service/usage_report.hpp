#pragma once

#include <optional>
#include <vector>

#include "control-plane/service/quota_period.hpp"
#include "control-plane/service/usage_record.hpp"

namespace turnpike::service {

/// The days that a report is about, both included.
struct ReportRange {
    CalendarDay first;
    CalendarDay last;
};

/// What one key used and may still use.
struct KeyUsage {
    std::vector<UsageDay> days;  ///< By day, from the start of the window that has the first one.
    std::vector<UsageExtension> extensions;
};

/// The first day whose requests a report must know: where the window of the range's first day
/// starts.
CalendarDay first_counted_day(const std::optional<Quota>& quota, CalendarDay first);

/// [used, remaining] of each day. `remaining` is that at the end of the day, or at `now` for today;
/// kUnlimited without a quota.
json::Array usage_report(const std::optional<Quota>& quota, const KeyUsage& usage,
                         const ReportRange& range, WallTime now);
constexpr std::int64_t kUnlimited = -1;

/// Requests of the window that has the moment, up to that moment.
std::int64_t used_in_window(const Quota& quota, const std::vector<UsageDay>& days, WallTime moment);

/// The same usage; if less than `used` is known of the window that has the moment, the difference
/// is taken to be of that moment.
KeyUsage with_used_at_least(const Quota& quota, KeyUsage usage, std::int64_t used, WallTime moment);

}  // namespace turnpike::service
