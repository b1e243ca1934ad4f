#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace turnpike::redis {

/// Where a server is and who we are to it.
struct Address {
    enum class Transport : std::uint8_t { Tcp, Tls, Unix };
    Transport transport = Transport::Tcp;
    std::string host;  ///< Without brackets; empty for Unix.
    std::string port = "6379";
    std::string path;  ///< Of a Unix socket.
    std::string user;
    std::string password;
    int database = 0;
};

/// The forms of Options::url. User and password may be percent-encoded.
/// Errors: Invalid, naming what is wrong without repeating the password.
Result<Address> parse_url(std::string_view url);

}  // namespace turnpike::redis
