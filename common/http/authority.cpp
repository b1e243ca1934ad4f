#include "common/http/authority.hpp"

#include <algorithm>
#include <cstdint>

#include "common/http/scan.hpp"

namespace turnpike::http {
namespace {

constexpr std::size_t kNameBytesMax = 255;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_ipv4(std::string_view text) {
    int parts = 0;
    while (true) {
        const std::size_t dot = text.find('.');
        const std::string_view part = text.substr(0, dot);
        if (part.empty() || part.size() > 3 || (part.size() > 1 && part.front() == '0'))
            return false;
        int number = 0;
        for (const char c : part) {
            if (!is_digit(c)) return false;
            number = number * 10 + (c - '0');
        }
        if (number > 255) return false;
        ++parts;
        if (dot == std::string_view::npos) return parts == 4;
        text.remove_prefix(dot + 1);
    }
}

/// Counts the 16-bit groups of a colon-separated list whose last may be an IPv4 address.
/// Returns: -1 if a group is invalid.
int count_groups(std::string_view text, bool may_end_in_ipv4) {
    if (text.empty()) return 0;
    int groups = 0;
    while (true) {
        const std::size_t colon = text.find(':');
        const std::string_view group = text.substr(0, colon);
        if (colon == std::string_view::npos && may_end_in_ipv4 && is_ipv4(group)) return groups + 2;
        if (group.empty() || group.size() > 4) return -1;
        for (const char c : group) {
            if (!is_hex_digit(c)) return -1;
        }
        ++groups;
        if (colon == std::string_view::npos) return groups;
        text.remove_prefix(colon + 1);
    }
}

bool is_ipv6(std::string_view text) {
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) return count_groups(text, true) == 8;
    const int before = count_groups(text.substr(0, gap), false);
    const int after = count_groups(text.substr(gap + 2), true);
    return before >= 0 && after >= 0 && before + after <= 7;
}

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > kNameBytesMax || text.front() == '.') return false;
    const char* p = text.data();
    const char* const end = p + text.size();
    while (true) {
        p = find_rare_in_names(p, end);
        if (p == end) return true;
        if (*p != '.') return false;
        ++p;
        if (p != end && *p == '.') return false;  // no label is empty
    }
}

/// Returns: false if `text` is not a port. An empty one is no port.
bool read_port(std::string_view text, Authority& authority) {
    if (text.empty()) return true;
    if (text.size() > 5) return false;
    unsigned port = 0;
    for (const char c : text) {
        if (!is_digit(c)) return false;
        port = port * 10 + static_cast<unsigned>(c - '0');
    }
    if (port == 0 || port > 65535) return false;
    authority.port = static_cast<std::uint16_t>(port);
    return true;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
    Authority authority;
    std::size_t host_end = 0;
    if (text.starts_with('[')) {
        const std::size_t bracket = text.find(']');
        if (bracket == std::string_view::npos) return std::nullopt;
        authority.host = text.substr(1, bracket - 1);
        authority.is_ipv6 = true;
        if (!is_ipv6(authority.host)) return std::nullopt;
        host_end = bracket + 1;
    } else {
        host_end = std::min(text.find(':'), text.size());
        authority.host = text.substr(0, host_end);
        if (!is_name(authority.host)) return std::nullopt;
    }
    if (host_end == text.size()) return authority;
    if (text[host_end] != ':' || !read_port(text.substr(host_end + 1), authority)) {
        return std::nullopt;
    }
    return authority;
}

}  // namespace turnpike::http
