#include "data-plane/net/address.hpp"

#include <doctest/doctest.h>

using turnpike::net::SocketAddress;

TEST_CASE("addresses are written as they are read") {
    for (const char* text : {"127.0.0.1:80", "[::1]:8443", "[2001:db8::1]:65535", "0.0.0.0:0"}) {
        const auto address = SocketAddress::parse(text);
        REQUIRE(address);
        CHECK(address->text() == text);
    }
}

TEST_CASE("what is not an address with a port is refused") {
    for (const char* text : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                             "::1:80", "[::1]", "localhost:80", "[127.0.0.1:80", "1.2.3:80"}) {
        CAPTURE(text);
        CHECK_FALSE(SocketAddress::parse(text));
    }
}

TEST_CASE("a mapped IPv4 address is written as IPv4") {
    const auto address = SocketAddress::from_ip("::ffff:192.0.2.1", 443);
    REQUIRE(address);
    CHECK(address->ip() == "192.0.2.1");
}
