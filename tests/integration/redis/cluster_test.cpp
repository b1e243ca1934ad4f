#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "common/redis/client.hpp"
#include "common/redis/slot.hpp"
#include "tests/support/redis_node.hpp"

using namespace std::chrono_literals;
using turnpike::Error;
using turnpike::redis::Client;
using turnpike::redis::Command;
using turnpike::redis::Options;
using turnpike::redis::Reply;
using turnpike::redis::slot_of;
using turnpike::tests::RedisNode;
using turnpike::tests::wait_until;

namespace {

constexpr int kMasters = 3;
constexpr int kSlots = turnpike::redis::kSlots;

/// Three masters with a third of the slots each, and a replica of the first if wished.
class Cluster {
public:
    explicit Cluster(bool has_replica = false) {
        for (int i = 0; i < kMasters + (has_replica ? 1 : 0); ++i) add_node();
        for (int i = 0; i < kMasters; ++i) {
            const int first = i * kSlots / kMasters;
            const int last = (i + 1) * kSlots / kMasters - 1;
            node(i).ask({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
            node(i).ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
        }
        for (std::size_t i = 1; i < nodes_.size(); ++i) {
            node(0).ask({"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes_[i]->port()),
                         std::to_string(bus_ports_[i])});
        }
        if (has_replica) {
            wait_until("the replica to know its master", [this] {
                return node(3).ask({"CLUSTER", "NODES"}).text.find(id(0)) != std::string::npos;
            });
            node(3).ask({"CLUSTER", "REPLICATE", id(0)});
            wait_until("the replica",
                       [this] { return node(3).ask({"ROLE"}).elements[3].text == "connected"; });
        }
        wait_until("the cluster", [this] { return is_whole(); });
    }

    RedisNode& node(int index) { return *nodes_[static_cast<std::size_t>(index)]; }
    std::string id(int index) { return node(index).ask({"CLUSTER", "MYID"}).text; }
    int owner_of(std::string_view key) const {
        for (int i = 0; i < kMasters; ++i) {
            if (slot_of(key) < (i + 1) * kSlots / kMasters) return i;
        }
        return -1;
    }
    /// One of the keys "k0", "k1"… that lies on this master.
    std::string key_on(int master, int skip = 0) const {
        for (int i = 0;; ++i) {
            const std::string key = "k" + std::to_string(i);
            if (owner_of(key) == master && skip-- == 0) return key;
        }
    }

    Options options() const {
        Options chosen;
        chosen.url = "redis-cluster://" + nodes_[0]->endpoint() + "," + nodes_[1]->endpoint();
        return chosen;
    }

private:
    void add_node() {
        const std::uint16_t bus = turnpike::tests::free_port();
        bus_ports_.push_back(bus);
        nodes_.push_back(std::make_unique<RedisNode>(
            "cluster-enabled yes\ncluster-node-timeout 1000\ncluster-require-full-coverage no\n"
            "repl-diskless-sync-delay 0\ncluster-port " +
            std::to_string(bus) + "\n"));
    }
    /// Every node takes every slot for served.
    bool is_whole() {
        return std::ranges::all_of(nodes_, [this](const auto& node) {
            const std::string info = node->ask({"CLUSTER", "INFO"}).text;
            return info.find("cluster_state:ok") != std::string::npos &&
                   info.find("cluster_slots_ok:16384") != std::string::npos &&
                   info.find("cluster_known_nodes:" + std::to_string(nodes_.size())) !=
                       std::string::npos;
        });
    }

    std::vector<std::unique_ptr<RedisNode>> nodes_;
    std::vector<std::uint16_t> bus_ports_;
};

std::set<std::string> scan_all(Client& client) {
    std::set<std::string> found;
    std::string cursor = "0";
    do {
        const auto page = client.call({"SCAN", cursor, "MATCH", "k*", "COUNT", "20"}, 5s);
        REQUIRE(page);
        REQUIRE(page->elements.size() == 2);
        cursor = page->elements[0].text;
        for (const Reply& key : page->elements[1].elements) found.insert(key.text);
    } while (cursor != "0");
    return found;
}

int connections_made(const RedisNode& node) {
    const std::string stats = node.ask({"INFO", "stats"}).text;
    const std::string name = "total_connections_received:";
    return std::stoi(stats.substr(stats.find(name) + name.size()));
}

/// Moves a slot with everything in it, as redis-cli does; `between` runs half-way.
void move_slot(Cluster& cluster, std::uint16_t slot, int from, int to,
               const std::function<void()>& between) {
    const std::string number = std::to_string(slot);
    const std::string from_id = cluster.id(from);
    const std::string to_id = cluster.id(to);
    cluster.node(to).ask({"CLUSTER", "SETSLOT", number, "IMPORTING", from_id});
    cluster.node(from).ask({"CLUSTER", "SETSLOT", number, "MIGRATING", to_id});
    for (bool is_first = true;; is_first = false) {
        const auto keys = cluster.node(from).ask({"CLUSTER", "GETKEYSINSLOT", number, "3"});
        if (keys.elements.empty()) break;
        Command migrate{"MIGRATE", "127.0.0.1", std::to_string(cluster.node(to).port()), "", "0",
                        "5000",    "KEYS"};
        for (const Reply& key : keys.elements) migrate.push_back(key.text);
        cluster.node(from).ask(std::move(migrate));
        if (is_first) between();
    }
    for (const int node : {to, from, 3 - from - to}) {
        cluster.node(node).ask({"CLUSTER", "SETSLOT", number, "NODE", to_id});
    }
}

}  // namespace

TEST_CASE("slots are those that a server computes") {
    Cluster cluster;
    for (const char* key : {"", "foo", "somekey", "foo{hash_tag}", "{}", "a{}b", "{x}{y}"}) {
        CAPTURE(std::string(key));
        CHECK(cluster.node(0).ask({"CLUSTER", "KEYSLOT", key}).integer == slot_of(key));
    }
}

TEST_CASE("every command goes to the master of its key, and SCAN to all") {
    Cluster cluster;
    Client client(cluster.options());
    std::vector<Command> writes;
    std::vector<Command> reads;
    std::set<std::string> keys;
    for (int i = 0; i < 300; ++i) {
        const std::string key = "k" + std::to_string(i);
        keys.insert(key);
        writes.push_back({"SET", key, std::to_string(i)});
        reads.push_back({"EVAL", "return redis.call('GET', KEYS[1])", "1", key});
    }
    const auto written = client.pipeline(std::move(writes), 5s);
    REQUIRE(written);
    const auto read = client.pipeline(std::move(reads), 5s);
    REQUIRE(read);
    int wrong = 0;
    for (int i = 0; i < 300; ++i) {
        const auto& reply = (*read)[static_cast<std::size_t>(i)];
        if (!reply || reply->text != std::to_string(i)) ++wrong;
    }
    CHECK(wrong == 0);
    long long stored = 0;
    for (int i = 0; i < kMasters; ++i) {
        const long long share = cluster.node(i).ask({"DBSIZE"}).integer;
        CHECK(share > 0);
        stored += share;
    }
    CHECK(stored == 300);
    CHECK(scan_all(client) == keys);
    CHECK(client.call({"PING"}, 5s));
    CHECK(client.is_connected());
}

TEST_CASE("keys of one command in two slots are refused by the server, not by guessing") {
    Cluster cluster;
    Client client(cluster.options());
    const auto refused = client.call({"DEL", cluster.key_on(0), cluster.key_on(1)}, 5s);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::Internal);
    CHECK(refused.error().detail.starts_with("CROSSSLOT"));
    CHECK_FALSE(client.call({"SCAN", "not-a-cursor"}, 5s));
}

TEST_CASE("a stream is read where it lies, also while waiting") {
    Cluster cluster;
    Client client(cluster.options());
    Client waiting(cluster.options());
    for (int master = 0; master < kMasters; ++master) {
        const std::string tag = "{" + cluster.key_on(master) + "}";
        std::thread writer([&client, &tag] {
            CHECK(client.call({"XADD", tag + "b", "1-0", "f", "v"}, 5s));
        });
        const auto entries = waiting.call(
            {"XREAD", "BLOCK", "5000", "STREAMS", tag + "a", tag + "b", "0-0", "0-0"}, 6s);
        writer.join();
        REQUIRE(entries);
        REQUIRE(entries->elements.size() == 1);
        CHECK(entries->elements[0].elements[0].text == tag + "b");
    }
}

TEST_CASE("a client that blocks longer than the map is good for keeps its connection") {
    Cluster cluster;
    const int connections = connections_made(cluster.node(0));
    Client client(cluster.options());
    // The map is read every five seconds, and answered only when the stream lets the server.
    const auto entries =
        client.call({"XREAD", "BLOCK", "7500", "STREAMS", cluster.key_on(0), "0-0"}, 9s);
    REQUIRE(entries);
    CHECK(entries->is_nil());
    CHECK(client.call({"SET", cluster.key_on(0), "v"}, 5s));
    CHECK(client.is_connected());
    CHECK(connections_made(cluster.node(0)) == connections + 1);
}

TEST_CASE("a slot that moves under load loses, repeats and refuses no command") {
    Cluster cluster;
    Client client(cluster.options());
    const std::string tag = "{" + cluster.key_on(0) + "}";
    constexpr int kKeys = 12;
    for (int i = 0; i < kKeys; ++i) {
        REQUIRE(client.call({"SET", tag + std::to_string(i), "0"}, 5s));
    }
    std::atomic<bool> is_over = false;
    std::atomic<long long> answered = 0;
    std::atomic<long long> failed = 0;
    const auto count = [&](const Command& command) {
        const auto reply = client.call(command, 5s);
        reply ? answered += 2 : ++failed;
        if (!reply) MESSAGE(reply.error().detail);
    };
    std::thread load([&] {
        const std::string twice = "redis.call('INCR', KEYS[1]) return redis.call('INCR', KEYS[1])";
        for (int i = 0; !is_over; ++i) {
            count({"EVAL", twice, "1", tag + std::to_string(i % kKeys)});
        }
    });
    // Two keys of a slot that is being moved may lie apart for a moment: TRYAGAIN.
    std::thread apart([&] {
        const std::string both = "redis.call('INCR', KEYS[2]) return redis.call('INCR', KEYS[1])";
        for (int i = 0; !is_over; ++i) {
            count({"EVAL", both, "2", tag + std::to_string(i % kKeys),
                   tag + std::to_string((i + 5) % kKeys)});
        }
    });
    const auto count_on = [&answered] {
        const long long before = answered;
        wait_until("the load", [&answered, before] { return answered > before + 200; });
    };
    count_on();
    move_slot(cluster, slot_of(tag), 0, 1, count_on);
    count_on();
    move_slot(cluster, slot_of(tag), 1, 2, count_on);
    count_on();
    is_over = true;
    load.join();
    apart.join();
    CHECK(failed == 0);
    long long total = 0;
    for (int i = 0; i < kKeys; ++i) {
        total += std::stoll(client.call({"GET", tag + std::to_string(i)}, 5s)->text);
    }
    CHECK(total == answered);
    CHECK(cluster.node(2).ask({"DBSIZE"}).integer == kKeys);
}

TEST_CASE("a master that dies is replaced by its replica; the others do not notice") {
    Cluster cluster(true);
    Client client(cluster.options());
    const std::string lost = cluster.key_on(0);
    const std::string kept = cluster.key_on(1);
    REQUIRE(client.call({"SET", lost, "before"}, 5s));
    REQUIRE(client.call({"SET", kept, "0"}, 5s));
    wait_until("replication", [&] { return cluster.node(3).ask({"DBSIZE"}).integer == 1; });
    cluster.node(0).kill();
    long long counted = 0;
    wait_until("the replica to take over", [&] {
        const auto other = client.call({"INCR", kept}, 5s);
        REQUIRE(other);
        CHECK(other->integer == ++counted);
        const auto reply = client.call({"GET", lost}, 500ms);
        if (!reply) {
            const bool is_away = reply.error().kind == Error::Kind::Unavailable ||
                                 reply.error().kind == Error::Kind::Timeout;
            CHECK(is_away);
        }
        return reply && reply->text == "before";
    });
    REQUIRE(client.call({"SET", lost, "after"}, 5s));
    CHECK(cluster.node(3).ask({"GET", lost}).text == "after");
    wait_until("the client to be whole again", [&client] { return client.is_connected(); });
    CHECK(scan_all(client) == std::set<std::string>{lost, kept});
}

TEST_CASE("what lies on a master that is away is away, and nothing else") {
    Cluster cluster;
    Client client(cluster.options());
    const std::string lost = cluster.key_on(0);
    const std::string kept = cluster.key_on(1);
    REQUIRE(client.call({"SET", lost, "v"}, 5s));
    REQUIRE(client.call({"SET", kept, "v"}, 5s));
    CHECK_FALSE(client.is_same_server(client.slot_of(lost), client.slot_of(kept)));
    CHECK(client.is_same_server(client.slot_of("{" + kept + "}b"), client.slot_of(kept)));
    cluster.node(0).kill();
    wait_until("the loss", [&] { return !client.is_slot_connected(client.slot_of(lost)); });
    CHECK_FALSE(client.is_connected());
    CHECK(client.is_slot_connected(client.slot_of(kept)));
    const auto replies = client.pipeline({{"GET", lost}, {"GET", kept}}, 5s);
    REQUIRE(replies);
    CHECK_FALSE((*replies)[0]);
    REQUIRE((*replies)[1]);
    CHECK((*replies)[1]->text == "v");
    CHECK_FALSE(client.pipeline({{"GET", lost}, {"GET", lost}}, 5s));
}

TEST_CASE("a cluster is found by any of the servers in the URL, and none is told as such") {
    Cluster cluster;
    cluster.node(0).pause();
    {
        Client client(cluster.options());
        CHECK(client.call({"SET", cluster.key_on(2), "v"}, 5s));
    }
    cluster.node(0).resume();
    for (int i = 0; i < kMasters; ++i) cluster.node(i).kill();
    Client client(cluster.options());
    const auto away = client.call({"PING"}, 5s);
    REQUIRE_FALSE(away);
    CHECK(away.error().kind == Error::Kind::Unavailable);
    CHECK(away.error().detail.find("tells its slots") != std::string::npos);
    CHECK_FALSE(client.is_connected());
}

TEST_CASE("a server that is no cluster is refused as one") {
    RedisNode server("");
    Options options;
    options.url = "redis-cluster://" + server.endpoint();
    Client client(options);
    const auto refused = client.call({"SET", "k", "v"}, 5s);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("cluster support disabled") != std::string::npos);
}
