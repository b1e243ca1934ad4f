#include "control-plane/service/usage_report.hpp"

#include <algorithm>

namespace turnpike::service {

namespace {

using std::chrono::days;
using std::chrono::hours;

/// The moment of the day that a report tells about.
WallTime moment_of(CalendarDay day, WallTime now) {
    return day == day_of(now) ? now : WallTime(day + days(1)) - Seconds(1);
}

int hour_of(WallTime time) {
    return static_cast<int>((std::chrono::floor<hours>(time) - day_of(time)) / hours(1));
}

/// An extension does not count for the days before it was granted.
std::int64_t extension_of(const std::vector<UsageExtension>& extensions, const QuotaWindow& window,
                          CalendarDay day) {
    for (const UsageExtension& extension : extensions) {
        const bool is_known = day_of(extension.granted) <= day;
        if (extension.window_start == window.start && is_known) return extension.requests;
    }
    return 0;
}

std::int64_t remaining(const Quota& quota, const KeyUsage& usage, CalendarDay day, WallTime now) {
    const WallTime moment = moment_of(day, now);
    const QuotaWindow window = quota_window(quota.period, moment);
    const std::int64_t allowed =
        quota_allowance(quota, window) + extension_of(usage.extensions, window, day);
    return std::max<std::int64_t>(allowed - used_in_window(quota, usage.days, moment), 0);
}

}  // namespace

CalendarDay first_counted_day(const std::optional<Quota>& quota, CalendarDay first) {
    return quota ? day_of(quota_window(quota->period, first).start) : first;
}

json::Array usage_report(const std::optional<Quota>& quota, const KeyUsage& usage,
                         const ReportRange& range, WallTime now) {
    json::Array report;
    for (CalendarDay day = range.first; day <= range.last; day += days(1)) {
        const auto counted = std::find_if(usage.days.begin(), usage.days.end(),
                                          [day](const UsageDay& one) { return one.day == day; });
        const std::int64_t used = counted == usage.days.end() ? 0 : counted->used;
        const std::int64_t left = quota ? remaining(*quota, usage, day, now) : kUnlimited;
        report.emplace_back(json::Array{used, left});
    }
    return report;
}

std::int64_t used_in_window(const Quota& quota, const std::vector<UsageDay>& days,
                            WallTime moment) {
    const CalendarDay today = day_of(moment);
    const CalendarDay first = day_of(quota_window(quota.period, moment).start);
    std::int64_t used = 0;
    for (const UsageDay& day : days) {
        if (day.day < first || day.day > today) continue;
        if (quota.period != QuotaPeriod::Hour) {
            used += day.used;
        } else if (day.last_hour == hour_of(moment)) {
            used += day.last_hour_used;
        }
    }
    return used;
}

KeyUsage with_used_at_least(const Quota& quota, KeyUsage usage, std::int64_t used,
                            WallTime moment) {
    const std::int64_t missing = used - used_in_window(quota, usage.days, moment);
    if (missing <= 0) return usage;
    const CalendarDay today = day_of(moment);
    auto day = std::find_if(usage.days.begin(), usage.days.end(),
                            [today](const UsageDay& one) { return one.day >= today; });
    if (day == usage.days.end() || day->day != today) {
        day = usage.days.insert(day, UsageDay{{}, today, 0, hour_of(moment), 0});
    }
    if (day->last_hour < hour_of(moment)) {
        day->last_hour = hour_of(moment);
        day->last_hour_used = 0;
    }
    day->used += missing;
    if (day->last_hour == hour_of(moment)) day->last_hour_used += missing;
    return usage;
}

}  // namespace turnpike::service
