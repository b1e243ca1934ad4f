#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/calendar.hpp"

/// The windows in which a quota counts. All in UTC. Source: docs/compatibility.md. The script
/// `quota` (scripts.hpp) has the same in Redis.
namespace turnpike::limits {

enum class QuotaPeriod : std::uint8_t { Hour, Day, Week, Month };

/// "HOUR", "DAY", "WEEK", "MONTH". Returns: nothing for another text.
std::optional<QuotaPeriod> parse_quota_period(std::string_view text);

/// From `start`, up to but without `end`.
struct QuotaWindow {
    WallTime start;
    WallTime end;
};

/// The window that has the moment. Weeks start on Sunday, months on their first day.
QuotaWindow quota_window(QuotaPeriod period, WallTime time);

}  // namespace turnpike::limits
