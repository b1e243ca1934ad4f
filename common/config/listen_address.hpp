#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace turnpike::config {

/// Where to listen: a numeric address and a port.
struct ListenAddress {
    std::string host;  ///< "127.0.0.1" or "::1", without brackets.
    std::uint16_t port = 0;
    bool is_ipv6 = false;

    bool is_loopback() const;
    /// "127.0.0.1:80" or "[::1]:80".
    std::string text() const;
    bool operator==(const ListenAddress&) const = default;
};

/// "127.0.0.1:8443", "[::]:8443", "localhost:80" (the IPv4 loopback). Errors: Invalid.
Result<ListenAddress> parse_listen_address(std::string_view text);
/// Several, separated by commas; "" and "off" are none. Errors: Invalid.
Result<std::vector<ListenAddress>> parse_listen_addresses(std::string_view text);

}  // namespace turnpike::config
