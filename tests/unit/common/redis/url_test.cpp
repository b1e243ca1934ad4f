#include "common/redis/url.hpp"

#include <doctest/doctest.h>

using turnpike::redis::Address;
using turnpike::redis::parse_url;
using turnpike::redis::Target;

namespace {

/// The one server that a URL names.
Address server_of(std::string_view url) {
    const auto target = parse_url(url);
    REQUIRE(target);
    CHECK(target->kind == Target::Kind::Single);
    REQUIRE(target->addresses.size() == 1);
    return target->addresses.front();
}

}  // namespace

TEST_CASE("a network URL gives user, password, host, port and database") {
    const Address address = server_of("redis://me:p%40ss@db.example:7000/3");
    CHECK(address.transport == Address::Transport::Tcp);
    CHECK(address.user == "me");
    CHECK(address.password == "p@ss");
    CHECK(address.host == "db.example");
    CHECK(address.port == "7000");
    CHECK(address.database == 3);
}

TEST_CASE("what is left out has its default") {
    const Address address = server_of("rediss://[::1]");
    CHECK(address.transport == Address::Transport::Tls);
    CHECK(address.host == "::1");
    CHECK(address.port == "6379");
    CHECK(address.database == 0);
    CHECK(server_of("redis://secret@h").password == "secret");
}

TEST_CASE("a Unix URL gives a path and a database") {
    const Address address = server_of("unix:///run/redis.sock?db=2");
    CHECK(address.path == "/run/redis.sock");
    CHECK(address.database == 2);
}

TEST_CASE("a Sentinel URL gives the sentinels, the master's name, and who we are to the master") {
    const auto target = parse_url("rediss-sentinel://me:p%2Fw@a,b:5000,[::1]:26380/my%20master/4");
    REQUIRE(target);
    CHECK(target->kind == Target::Kind::Sentinel);
    CHECK(target->master_name == "my master");
    REQUIRE(target->addresses.size() == 3);
    CHECK(target->addresses[0].host == "a");
    CHECK(target->addresses[0].port == "26379");
    CHECK(target->addresses[1].port == "5000");
    CHECK(target->addresses[2].host == "::1");
    for (const Address& address : target->addresses) {
        CHECK(address.transport == Address::Transport::Tls);
        CHECK(address.user == "me");
        CHECK(address.password == "p/w");
        CHECK(address.database == 4);
    }
}

TEST_CASE("a cluster URL gives some of its servers") {
    const auto target = parse_url("redis-cluster://secret@a:7000,b");
    REQUIRE(target);
    CHECK(target->kind == Target::Kind::Cluster);
    REQUIRE(target->addresses.size() == 2);
    CHECK(target->addresses[0].port == "7000");
    CHECK(target->addresses[1].port == "6379");
    CHECK(target->addresses[1].password == "secret");
    CHECK(parse_url("redis-cluster://a/0"));
}

TEST_CASE("what is not a Redis URL is refused without repeating it") {
    for (const char* url : {"",
                            "http://h",
                            "redis://",
                            "redis://h:0",
                            "redis://h:99999",
                            "redis://h/x",
                            "unix://relative",
                            "unix:///s?password=x",
                            "redis://[::1",
                            "redis://user:hidden@h:port",
                            "redis://hidden@a,b",
                            "redis-sentinel://hidden@h",
                            "redis-sentinel://h/",
                            "redis-sentinel://h//0",
                            "redis-sentinel://h/m/x",
                            "redis-sentinel://a,,b/m",
                            "redis-sentinel:///m",
                            "redis-cluster://",
                            "redis-cluster://a,",
                            "redis-cluster://a/1"}) {
        CAPTURE(url);
        const auto target = parse_url(url);
        REQUIRE_FALSE(target);
        CHECK(target.error().message.find("hidden") == std::string::npos);
    }
    std::string many = "redis-cluster://h";
    for (int i = 0; i < 64; ++i) many += ",h";
    CHECK_FALSE(parse_url(many));
}
