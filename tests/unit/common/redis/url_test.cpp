#include "common/redis/url.hpp"

#include <doctest/doctest.h>

using turnpike::redis::Address;
using turnpike::redis::parse_url;

TEST_CASE("a network URL gives user, password, host, port and database") {
    const auto address = parse_url("redis://me:p%40ss@db.example:7000/3");
    REQUIRE(address);
    CHECK(address->transport == Address::Transport::Tcp);
    CHECK(address->user == "me");
    CHECK(address->password == "p@ss");
    CHECK(address->host == "db.example");
    CHECK(address->port == "7000");
    CHECK(address->database == 3);
}

TEST_CASE("what is left out has its default") {
    const auto address = parse_url("rediss://[::1]");
    REQUIRE(address);
    CHECK(address->transport == Address::Transport::Tls);
    CHECK(address->host == "::1");
    CHECK(address->port == "6379");
    CHECK(address->database == 0);
    CHECK(parse_url("redis://secret@h")->password == "secret");
}

TEST_CASE("a Unix URL gives a path and a database") {
    const auto address = parse_url("unix:///run/redis.sock?db=2");
    REQUIRE(address);
    CHECK(address->path == "/run/redis.sock");
    CHECK(address->database == 2);
}

TEST_CASE("what is not a Redis URL is refused without repeating it") {
    for (const char* url : {"", "http://h", "redis://", "redis://h:0", "redis://h:99999",
                            "redis://h/x", "unix://relative", "unix:///s?password=x",
                            "redis://[::1", "redis://user:hidden@h:port"}) {
        CAPTURE(url);
        const auto address = parse_url(url);
        REQUIRE_FALSE(address);
        CHECK(address.error().message.find("hidden") == std::string::npos);
    }
}
