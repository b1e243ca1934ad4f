#pragma once

#include <cstddef>
#include <string_view>

namespace turnpike::telemetry {

/// Bytes that an escaped text takes at most for each byte ("\u0000").
constexpr std::size_t kEscapedBytesMax = 6;

/// Writes `text` to `out` with `"`, `\` and controls escaped as in JSON; bytes beyond ASCII stay.
/// Requires: room for kEscapedBytesMax bytes for each, and for 16 more, since whole words are
/// copied. Returns: the end of what counts.
char* write_escaped(char* out, std::string_view text);

}  // namespace turnpike::telemetry
