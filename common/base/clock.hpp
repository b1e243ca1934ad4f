#pragma once

#include <chrono>
#include <string>

namespace turnpike {

using Seconds = std::chrono::seconds;
using Milliseconds = std::chrono::milliseconds;
using Microseconds = std::chrono::microseconds;

/// For durations and deadlines.
using SteadyTime = std::chrono::steady_clock::time_point;
/// For dates that people and clients see; UTC.
using WallTime = std::chrono::system_clock::time_point;

/// The only two places that read the clocks (tests/tidy checks it). Components that decide by time
/// take it as a parameter instead of calling these.
SteadyTime steady_now();
WallTime wall_now();

/// "2026-03-29T21:05:07Z".
std::string to_iso8601(WallTime time);
/// "2026-03-29T21:05:07.123Z".
std::string to_iso8601_milliseconds(WallTime time);
/// "20260329T210507Z", as signatures write it.
std::string to_iso8601_basic(WallTime time);
/// "Sun, 29 Mar 2026 21:05:07 GMT" (RFC 9110 section 5.6.7).
std::string to_http_date(WallTime time);
/// "29/Mar/2026:21:05:07 +0000", as access logs write it.
std::string to_clf_date(WallTime time);
/// Whole seconds since 1970.
std::int64_t epoch_seconds(WallTime time);
/// Whole milliseconds since 1970.
std::int64_t epoch_milliseconds(WallTime time);

}  // namespace turnpike
