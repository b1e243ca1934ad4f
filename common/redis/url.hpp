#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// What a Redis URL names.
struct Target {
    enum class Kind : std::uint8_t {
        Single,
        Sentinel,  ///< One master at a time; sentinels know which.
        Cluster    ///< Several masters, each with a share of the slots.
    };
    Kind kind = Kind::Single;
    /// The server, or the sentinels, or some servers of the cluster; never empty. Each carries the
    /// user, password and database of the URL.
    std::vector<Address> addresses;
    std::string master_name;  ///< What sentinels call the master.
    bool is_tls() const { return addresses.front().transport == Address::Transport::Tls; }
};

/// The forms of Options::url. User and password may be percent-encoded.
/// Errors: Invalid, naming what is wrong without repeating the password.
Result<Target> parse_url(std::string_view url);

}  // namespace turnpike::redis
