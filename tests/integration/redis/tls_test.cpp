#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "common/redis/client.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/redis_tls_server.hpp"

using namespace std::chrono_literals;
using turnpike::Error;
using turnpike::wall_now;
using turnpike::crypto::Identity;
using turnpike::redis::Client;
using turnpike::redis::Options;
using turnpike::tests::RedisTlsServer;
using turnpike::tests::TemporaryFolder;

namespace {

constexpr auto kHour = std::chrono::hours(1);
/// The server's user and password as the address writes them.
constexpr const char* kLogin = "worker:p%40ss%3Aword%2F1";

Identity make_authority(const char* name) {
    const auto made =
        turnpike::crypto::make_authority(name, {wall_now() - 2 * kHour, wall_now() + kHour});
    REQUIRE(made);
    return *made;
}

const Identity& known_authority() {
    static const Identity made = make_authority("known");
    return made;
}

Identity certificate(const Identity& authority, const std::vector<std::string>& names,
                     std::chrono::hours until = kHour) {
    const auto made =
        turnpike::crypto::make_leaf(authority, names, {wall_now() - 2 * kHour, wall_now() + until});
    REQUIRE(made);
    return *made;
}

/// Trusts the known authority as an operator does who names another store than the system's.
/// Lifetime: longer than the clients.
class TrustedStore {
public:
    TrustedStore() {
        const std::string path = (folder_.path() / "trusted.pem").string();
        std::ofstream(path) << known_authority().certificate_pem;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): no client's thread runs yet
        REQUIRE(setenv("SSL_CERT_FILE", path.c_str(), 1) == 0);
        // NOLINTNEXTLINE(concurrency-mt-unsafe): as above
        REQUIRE(setenv("SSL_CERT_DIR", folder_.path().c_str(), 1) == 0);
    }

private:
    TemporaryFolder folder_;
};

Options options(std::string url) {
    Options chosen;
    chosen.url = std::move(url);
    chosen.connect_timeout = 10s;
    return chosen;
}

/// The reason for which a client with this address cannot connect.
std::string refusal(std::string url) {
    Client client(options(std::move(url)));
    const auto reply = client.call({"PING"}, 5s);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().kind == Error::Kind::Unavailable);
    CHECK_FALSE(client.is_connected());
    return reply.error().detail;
}

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

/// Calls until it works, as every user of the client does after an outage.
bool works_within(Client& client, std::chrono::seconds limit) {
    const auto deadline = turnpike::steady_now() + limit;
    while (turnpike::steady_now() < deadline) {
        if (client.call({"PING"}, 500ms)) return true;
        std::this_thread::yield();
    }
    return false;
}

}  // namespace

TEST_CASE("over TLS, commands are answered to who knows user and password") {
    const TrustedStore store;
    const RedisTlsServer server(certificate(known_authority(), {"127.0.0.1"}));
    Client client(options(server.url(kLogin)));
    REQUIRE(client.call({"SET", "k", "v"}, 5s));
    CHECK(client.call({"GET", "k"}, 5s)->text == "v");
    CHECK(client.call({"ACL", "WHOAMI"}, 5s)->text == "worker");
    CHECK(client.is_connected());
}

TEST_CASE("over TLS, a password alone is the default user's, and a database is chosen") {
    const TrustedStore store;
    const RedisTlsServer server(certificate(known_authority(), {"127.0.0.1"}));
    Client second(options(server.url(RedisTlsServer::kDefaultPassword) + "/2"));
    CHECK(second.call({"ACL", "WHOAMI"}, 5s)->text == "default");
    REQUIRE(second.call({"SET", "k", "v"}, 5s));
    Client first(options(server.url(RedisTlsServer::kDefaultPassword)));
    CHECK(first.call({"GET", "k"}, 5s)->is_nil());
}

TEST_CASE("over TLS, large values and pipelines arrive whole and in order") {
    const TrustedStore store;
    const RedisTlsServer server(certificate(known_authority(), {"127.0.0.1"}));
    Client client(options(server.url(kLogin)));
    const std::string large(5U << 20U, 'x');
    std::vector<turnpike::redis::Command> commands{{"SET", "large", large}};
    for (int i = 0; i < 1000; ++i) commands.push_back({"ECHO", std::to_string(i)});
    commands.push_back({"GET", "large"});
    const auto replies = client.pipeline(std::move(commands), 20s);
    REQUIRE(replies);
    REQUIRE(replies->size() == 1002);
    int wrong = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto& reply = (*replies)[static_cast<std::size_t>(i) + 1];
        if (!reply || reply->text != std::to_string(i)) ++wrong;
    }
    CHECK(wrong == 0);
    REQUIRE(replies->back());
    CHECK((replies->back()->text == large));
}

TEST_CASE("a cluster is verified and logged in to as one server is") {
    const TrustedStore store;
    const auto settings = [] {
        return "cluster-enabled yes\ntls-cluster yes\ncluster-port " +
               std::to_string(turnpike::tests::free_port()) + "\n";
    };
    const RedisTlsServer server(certificate(known_authority(), {"127.0.0.1"}), settings());
    const std::string address = server.url(kLogin).substr(std::string("rediss").size());
    {
        Client alone(options(server.url(kLogin)));
        REQUIRE(alone.call({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"}, 5s));
    }
    Client client(options("rediss-cluster" + address));
    const auto deadline = turnpike::steady_now() + 10s;
    while (!client.call({"SET", "k", "v"}, 5s) && turnpike::steady_now() < deadline) {
        std::this_thread::yield();
    }
    CHECK(client.call({"GET", "k"}, 5s)->text == "v");
    CHECK(client.call({"ACL", "WHOAMI"}, 5s)->text == "worker");

    const RedisTlsServer other(certificate(make_authority("unknown"), {"127.0.0.1"}), settings());
    const std::string unknown = other.url(kLogin).substr(std::string("rediss").size());
    CHECK(contains(refusal("rediss-cluster" + unknown), "certificate verify failed"));
}

TEST_CASE("sentinels and the master that they name are verified and logged in to") {
    const TrustedStore store;
    const RedisTlsServer master(certificate(known_authority(), {"127.0.0.1"}));
    const std::string settings =
        "sentinel monitor main 127.0.0.1 " + std::to_string(master.port()) + " 1\n";
    const RedisTlsServer sentinel(certificate(known_authority(), {"127.0.0.1"}), settings, true);
    const std::string address = sentinel.url(kLogin).substr(std::string("rediss").size());
    Client client(options("rediss-sentinel" + address + "/main"));
    CHECK(client.call({"SET", "k", "v"}, 5s));
    CHECK(client.call({"ACL", "WHOAMI"}, 5s)->text == "worker");
    Client direct(options(master.url(kLogin)));
    CHECK(direct.call({"GET", "k"}, 5s)->text == "v");
}

TEST_CASE("over TLS, a wrong or missing password tells why") {
    const TrustedStore store;
    const RedisTlsServer server(certificate(known_authority(), {"127.0.0.1"}));
    const std::string wrong = refusal(server.url("worker:guess"));
    CHECK(contains(wrong, "WRONGPASS"));
    CHECK_FALSE(contains(wrong, "guess"));
    CHECK(contains(refusal(server.url("")), "NOAUTH"));
}

TEST_CASE("a server is refused whose certificate is not to be trusted") {
    const TrustedStore store;
    const Identity unknown = make_authority("unknown");
    const char* const reason = "certificate verify failed";
    SUBCASE("because its authority is not known") {
        const RedisTlsServer server(certificate(unknown, {"127.0.0.1"}));
        CHECK(contains(refusal(server.url(kLogin)), reason));
    }
    SUBCASE("because it names another address") {
        const RedisTlsServer server(certificate(known_authority(), {"127.0.0.2", "localhost"}));
        CHECK(contains(refusal(server.url(kLogin)), reason));
    }
    SUBCASE("because it names another host") {
        const RedisTlsServer server(certificate(known_authority(), {"127.0.0.1", "redis.example"}));
        CHECK(contains(refusal(server.url(kLogin, "localhost")), reason));
    }
    SUBCASE("because it has expired") {
        const RedisTlsServer server(certificate(known_authority(), {"127.0.0.1"}, -kHour));
        CHECK(contains(refusal(server.url(kLogin)), reason));
    }
}

TEST_CASE("over TLS, a host is verified by its name") {
    const TrustedStore store;
    const RedisTlsServer server(certificate(known_authority(), {"localhost"}));
    Client client(options(server.url(kLogin, "localhost")));
    CHECK(client.call({"PING"}, 5s));
}

TEST_CASE("over TLS, a killed server fails calls and is used again when it is back") {
    const TrustedStore store;
    RedisTlsServer server(certificate(known_authority(), {"127.0.0.1"}));
    Client client(options(server.url(kLogin)));
    REQUIRE(client.call({"SET", "k", "v"}, 5s));
    server.kill();
    const auto lost = client.call({"PING"}, 5s);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().kind == Error::Kind::Unavailable);
    server.start();
    REQUIRE(works_within(client, 10s));
    CHECK(client.call({"GET", "k"}, 5s)->is_nil());
    CHECK(client.call({"ACL", "WHOAMI"}, 5s)->text == "worker");
}

TEST_CASE("a server that comes back with a certificate of a stranger gets nothing") {
    const TrustedStore store;
    RedisTlsServer server(certificate(known_authority(), {"127.0.0.1"}));
    Client client(options(server.url(kLogin)));
    REQUIRE(client.call({"PING"}, 5s));
    server.kill();
    server.use(certificate(make_authority("stranger"), {"127.0.0.1"}));
    server.start();
    // The calls that find the old connection gone, or wait for the next try, fail too.
    std::string reason;
    const auto deadline = turnpike::steady_now() + 10s;
    while (!contains(reason, "certificate verify failed") && turnpike::steady_now() < deadline) {
        const auto reply = client.call({"SET", "secret", "x"}, 500ms);
        REQUIRE_FALSE(reply);
        reason = reply.error().detail;
    }
    CHECK(contains(reason, "certificate verify failed"));
    server.kill();
    server.use(certificate(known_authority(), {"127.0.0.1"}));
    server.start();
    CHECK(works_within(client, 10s));
    CHECK(client.call({"GET", "secret"}, 5s)->is_nil());
}

TEST_CASE("a client without TLS gets no answer of a server with it") {
    const TrustedStore store;
    const RedisTlsServer server(certificate(known_authority(), {"127.0.0.1"}));
    const std::string plain = "redis" + server.url(kLogin).substr(std::string("rediss").size());
    CHECK(contains(refusal(plain), "connection lost"));
}
