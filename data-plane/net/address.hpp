#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace turnpike::net {

/// An IPv4 or IPv6 address with a port. A value.
class SocketAddress {
public:
    SocketAddress() = default;
    /// Requires: an AF_INET or AF_INET6 address.
    SocketAddress(const sockaddr* address, socklen_t length);
    /// `ip` is a literal: "192.0.2.1" or "2001:db8::1".
    static Result<SocketAddress> from_ip(std::string_view ip, std::uint16_t port);
    /// "192.0.2.1:8443", "[2001:db8::1]:8443"; names are not resolved.
    static Result<SocketAddress> parse(std::string_view text);

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t length() const { return length_; }
    int family() const { return storage_.ss_family; }
    std::uint16_t port() const;
    /// Without the port; an IPv4 address that arrived on an IPv6 socket is written as IPv4.
    std::string ip() const;
    /// As parse() takes it.
    std::string text() const;

private:
    sockaddr_storage storage_{};
    socklen_t length_ = 0;
};

}  // namespace turnpike::net
