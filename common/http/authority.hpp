#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace turnpike::http {

/// A host with an optional port. Views into the parsed text.
struct Authority {
    std::string_view host;  ///< As written; IPv6 addresses without brackets.
    std::optional<std::uint16_t> port;
    bool is_ipv6 = false;
};

/// RFC 3986 section 3.2 without user information: a name, an IPv4 address or "[IPv6]", then perhaps
/// ":port" (1 to 65535; an empty port counts as none). Names are letters, digits, "-", "." and "_".
/// Returns: nothing on anything else, an empty host included.
std::optional<Authority> parse_authority(std::string_view text);

}  // namespace turnpike::http
