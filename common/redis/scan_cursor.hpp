#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turnpike::redis {

/// How far a SCAN over all masters of a cluster is. Callers see it as the text of a cursor, which
/// is "0" at both ends, as a single server's. A value.
struct ScanCursor {
    std::uint32_t map_version = 0;  ///< Of the slot map that it began with; 0: not begun.
    std::uint32_t master = 0;       ///< Which of the masters is being scanned.
    std::string at = "0";           ///< That server's own cursor.

    std::string text() const;
    /// Returns: nothing if no SCAN can have given this text.
    static std::optional<ScanCursor> parse(std::string_view text);
};

}  // namespace turnpike::redis
