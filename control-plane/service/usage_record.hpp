#pragma once

#include <cstdint>
#include <string>

#include "common/base/calendar.hpp"

/// How requests are counted that plans admitted: a row for each plan, key and day, and what an
/// operator granted beyond a quota. Both outlive the key's leaving and joining the plan again, and
/// end with the plan or the key. Days and hours are those of UTC.
namespace turnpike::service {

using turnpike::CalendarDay;

/// The requests of a key on one day.
struct UsageDay {
    std::string key_id;
    CalendarDay day;
    std::int64_t used = 0;
    /// The last hour of the day with requests, and how many: all that an hourly quota asks for.
    int last_hour = 0;
    std::int64_t last_hour_used = 0;
};

/// Requests that are to be added.
struct UsageCount {
    std::string plan_id;
    std::string key_id;
    CalendarDay day;
    int hour = 0;  ///< 0..23, in which they were.
    std::int64_t used = 0;
};

/// What a key may use beyond (or, negative, below) its quota in one window of the quota's period.
/// Kept as a difference, so that it stays what it is when requests are counted and when the plan's
/// limit changes.
struct UsageExtension {
    std::string key_id;
    WallTime window_start;
    std::int64_t requests = 0;
    WallTime granted;
};

}  // namespace turnpike::service
