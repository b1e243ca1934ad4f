#pragma once

#include <netinet/in.h>

#include <cstdint>

namespace turnpike::tests {

/// 127.0.0.1 with the port.
sockaddr_in loopback(std::uint16_t port);

/// A port of 127.0.0.1 that nobody listens on now.
std::uint16_t free_port();

}  // namespace turnpike::tests
