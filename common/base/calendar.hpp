#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace turnpike {

/// A day of the calendar in UTC, where it starts.
using CalendarDay = std::chrono::sys_days;

/// "2026-11-21", from 1970 to 2200. Returns: nothing on anything else.
std::optional<CalendarDay> parse_day(std::string_view text);
std::string day_text(CalendarDay day);
/// The day that has the moment.
CalendarDay day_of(WallTime time);

}  // namespace turnpike
