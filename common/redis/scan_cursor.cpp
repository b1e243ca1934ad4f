#include "common/redis/scan_cursor.hpp"

#include <limits>
#include <vector>

#include "common/base/text.hpp"

namespace turnpike::redis {
namespace {

std::optional<std::uint32_t> small(std::string_view text) {
    const auto number = parse_integer(text);
    if (!number || *number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::string ScanCursor::text() const {
    return std::to_string(map_version) + "-" + std::to_string(master) + "-" + at;
}

std::optional<ScanCursor> ScanCursor::parse(std::string_view text) {
    if (text == "0") return ScanCursor{};
    const std::vector<std::string_view> pieces = split(text, '-');
    if (pieces.size() != 3) return std::nullopt;
    const auto version = small(pieces[0]);
    const auto master = small(pieces[1]);
    if (!version || *version == 0 || !master || pieces[2].empty()) return std::nullopt;
    return ScanCursor{*version, *master, std::string(pieces[2])};
}

}  // namespace turnpike::redis
