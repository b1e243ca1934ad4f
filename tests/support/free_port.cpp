#include "tests/support/free_port.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>

namespace turnpike::tests {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t free_port() {
    // Not one of those that the system gives to connections, which could take it meanwhile.
    static std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<std::uint16_t> ports(12000, 31999);
    while (true) {
        const std::uint16_t port = ports(random);
        const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(probe >= 0);
        const int reuse = 1;
        REQUIRE(setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse)) == 0);
        const sockaddr_in address = loopback(port);
        const bool is_free =
            bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
        close(probe);
        if (is_free) return port;
    }
}

}  // namespace turnpike::tests
