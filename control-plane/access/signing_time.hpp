#pragma once

#include <optional>
#include <string_view>

#include "common/base/clock.hpp"

namespace turnpike::access {

/// "20150830T123600Z". Returns: nothing on any other form or a date that does not exist or
/// is not from 1970 to 2200.
std::optional<WallTime> parse_basic_time(std::string_view text);

/// "Sun, 30 Aug 2015 12:36:00 GMT" (RFC 9110 section 5.6.7, the preferred form).
std::optional<WallTime> parse_http_time(std::string_view text);

}  // namespace turnpike::access
