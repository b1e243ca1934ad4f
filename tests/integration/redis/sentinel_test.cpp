#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "common/redis/client.hpp"
#include "tests/support/redis_node.hpp"

using namespace std::chrono_literals;
using turnpike::Error;
using turnpike::redis::Client;
using turnpike::redis::Options;
using turnpike::redis::Reply;
using turnpike::tests::RedisNode;
using turnpike::tests::wait_until;

namespace {

/// Two servers, of which the first begins as the master, and three sentinels of it.
class Group {
public:
    explicit Group(const std::string& password = {}, const std::string& sentinel_password = {}) {
        const std::string secret =
            password.empty() ? "" : "requirepass " + password + "\nmasterauth " + password + "\n";
        for (int i = 0; i < 2; ++i) {
            servers_.push_back(
                std::make_unique<RedisNode>("repl-diskless-sync-delay 0\n" + secret));
            if (!password.empty()) servers_.back()->log_in_with(password);
        }
        servers_[1]->ask({"REPLICAOF", "127.0.0.1", std::to_string(servers_[0]->port())});
        wait_until("the replica",
                   [this] { return server(1).ask({"ROLE"}).elements[3].text == "connected"; });
        const std::string port = std::to_string(servers_[0]->port());
        for (int i = 0; i < 3; ++i) {
            sentinels_.push_back(std::make_unique<RedisNode>(
                "sentinel monitor main 127.0.0.1 " + port +
                    " 2\nsentinel down-after-milliseconds main 600\n"
                    "sentinel failover-timeout main 3000\n" +
                    (password.empty() ? "" : "sentinel auth-pass main " + password + "\n") +
                    (sentinel_password.empty() ? "" : "requirepass " + sentinel_password + "\n"),
                true));
            if (!sentinel_password.empty()) sentinels_.back()->log_in_with(sentinel_password);
        }
        for (const auto& sentinel : sentinels_) {
            wait_until("the sentinels to know each other", [&sentinel] {
                return sentinel->ask({"SENTINEL", "SENTINELS", "main"}).elements.size() == 2 &&
                       sentinel->ask({"SENTINEL", "REPLICAS", "main"}).elements.size() == 1;
            });
        }
    }

    RedisNode& server(std::size_t index) { return *servers_[index]; }
    RedisNode& sentinel(std::size_t index) { return *sentinels_[index]; }

    Options options(const std::string& login = {}, const std::string& name = "main") const {
        Options chosen;
        chosen.url = "redis-sentinel://" + login;
        for (const auto& sentinel : sentinels_) {
            if (sentinel != sentinels_.front()) chosen.url += ",";
            chosen.url += sentinel->endpoint();
        }
        chosen.url += "/" + name;
        return chosen;
    }

private:
    std::vector<std::unique_ptr<RedisNode>> servers_;
    std::vector<std::unique_ptr<RedisNode>> sentinels_;
};

/// Counts up again and again; what is answered and what is not.
struct Tally {
    long long attempts = 0;
    long long answered = 0;
    long long refused_by_a_replica = 0;

    void count(Client& client) {
        const auto reply = client.call({"INCR", "count"}, 500ms);
        ++attempts;
        if (reply) {
            ++answered;
        } else if (reply.error().kind == Error::Kind::Internal) {
            ++refused_by_a_replica;
        } else {
            std::this_thread::sleep_for(5ms);
        }
    }
};

std::string role(const RedisNode& server) { return server.ask({"ROLE"}).elements[0].text; }

}  // namespace

TEST_CASE("commands go to the master that the sentinels name, and to the next one when it dies") {
    Group group;
    Client client(group.options());
    REQUIRE(client.call({"SET", "k", "before"}, 5s));
    CHECK(group.server(0).ask({"GET", "k"}).text == "before");
    CHECK(client.is_connected());
    REQUIRE(client.call({"WAIT", "1", "5000"}, 6s));

    group.server(0).kill();
    CHECK_FALSE(client.call({"SET", "k", "lost"}, 200ms));
    wait_until("the fail-over", [&client] {
        return client.call({"SET", "k", "after"}, 500ms).has_value();
    });
    CHECK(group.server(1).ask({"GET", "k"}).text == "after");
    CHECK(client.is_connected());

    // What was the master comes back, is made a replica, and nothing changes.
    group.server(0).start();
    wait_until("the former master to follow",
               [&group] { return role(group.server(0)) == "slave"; });
    CHECK(client.call({"GET", "k"}, 5s)->text == "after");
}

TEST_CASE("a fail-over under load is noticed, and no command is executed twice") {
    Group group;
    Client client(group.options());
    Tally tally;
    for (int i = 0; i < 200; ++i) tally.count(client);
    CHECK(tally.answered == 200);
    group.sentinel(0).ask({"SENTINEL", "FAILOVER", "main"});
    wait_until("the other master", [&] {
        tally.count(client);
        return role(group.server(1)) == "master" && role(group.server(0)) == "slave";
    });
    const long long before = tally.answered;
    wait_until("commands to be answered again", [&] {
        tally.count(client);
        return tally.answered >= before + 200;
    });
    CHECK(tally.refused_by_a_replica == 0);
    // What the former master acknowledged and did not pass on is lost; nothing counts twice.
    const auto total = group.server(1).ask({"GET", "count"});
    CHECK(std::stoll(total.text) <= tally.attempts);
    CHECK(std::stoll(total.text) >= 200);
}

TEST_CASE("a master that hangs is replaced too") {
    Group group;
    Client client(group.options());
    REQUIRE(client.call({"SET", "k", "v"}, 5s));
    group.server(0).pause();
    wait_until("the fail-over", [&client] {
        return client.call({"SET", "k", "after"}, 500ms).has_value();
    });
    CHECK(group.server(1).ask({"GET", "k"}).text == "after");
    group.server(0).resume();
}

TEST_CASE("one sentinel that answers is enough, and none is told as such") {
    Group group;
    group.sentinel(0).pause();
    group.sentinel(1).kill();
    {
        Client client(group.options());
        CHECK(client.call({"PING"}, 5s));
    }
    group.sentinel(0).resume();
    group.sentinel(0).kill();
    group.sentinel(2).kill();
    Client client(group.options());
    const auto away = client.call({"PING"}, 5s);
    REQUIRE_FALSE(away);
    CHECK(away.error().kind == Error::Kind::Unavailable);
    CHECK(away.error().detail.find("no sentinel names a Redis master") != std::string::npos);
    CHECK_FALSE(client.is_connected());
}

TEST_CASE("a master that no sentinel knows is told as such") {
    Group group;
    Client client(group.options({}, "other"));
    const auto unknown = client.call({"PING"}, 5s);
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().detail.find("no sentinel names a Redis master") != std::string::npos);
}

TEST_CASE("user and password are the master's, and a sentinel's that asks for them") {
    SUBCASE("sentinels without a password") {
        Group group("secret");
        Client client(group.options("secret@"));
        CHECK(client.call({"SET", "k", "v"}, 5s));
        CHECK(group.server(0).ask({"GET", "k"}).text == "v");
    }
    SUBCASE("sentinels with one") {
        Group group("", "secret");
        Client client(group.options("secret@"));
        // A server without a password refuses one of the default user; the sentinels were passed.
        const auto refused = client.call({"PING"}, 5s);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().detail.find("without any password") != std::string::npos);
    }
}
