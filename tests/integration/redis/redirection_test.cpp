// What a real cluster does too seldom to be waited for: a server that misbehaves as told.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "common/redis/client.hpp"
#include "common/redis/codec.hpp"

using namespace std::chrono_literals;
using turnpike::Error;
using turnpike::redis::Client;
using turnpike::redis::Command;
using turnpike::redis::Options;
using turnpike::redis::Reply;
using turnpike::redis::ReplyReader;

namespace {

/// Says that it has all slots; `answer` gives the reply to everything else, or nothing to hang up.
class FakeCluster {
public:
    using Answer = std::function<std::string(const Command& command, int count)>;

    explicit FakeCluster(Answer answer) : answer_(std::move(answer)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        REQUIRE(bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
        REQUIRE(listen(listener_, 16) == 0);
        REQUIRE(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        accepting_ = std::thread([this] {
            for (int peer = accept(listener_, nullptr, nullptr); peer >= 0;
                 peer = accept(listener_, nullptr, nullptr)) {
                const std::lock_guard lock(mutex_);
                peers_.push_back(peer);
                serving_.emplace_back([this, peer] { serve(peer); });
            }
        });
    }
    ~FakeCluster() {
        shutdown(listener_, SHUT_RDWR);
        accepting_.join();
        for (const int peer : peers_) shutdown(peer, SHUT_RDWR);
        for (std::thread& serving : serving_) serving.join();
        for (const int peer : peers_) close(peer);
        close(listener_);
    }
    FakeCluster(const FakeCluster&) = delete;
    FakeCluster& operator=(const FakeCluster&) = delete;

    std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }
    Options options() const {
        Options chosen;
        chosen.url = "redis-cluster://" + endpoint();
        return chosen;
    }
    /// What came besides questions for the map and log-ins.
    std::vector<std::string> received() const {
        const std::lock_guard lock(mutex_);
        return received_;
    }

private:
    void serve(int peer) {
        ReplyReader reader;  // a command is an array of texts, as a reply may be
        std::vector<char> bytes(4096);
        for (ssize_t size = read(peer, bytes.data(), bytes.size()); size > 0;
             size = read(peer, bytes.data(), bytes.size())) {
            reader.feed({bytes.data(), static_cast<std::size_t>(size)});
            while (auto request = reader.next()) {
                Command command;
                for (const Reply& word : (*request)->elements) command.push_back(word.text);
                const std::string reply = answer_to(command);
                if (reply.empty()) return void(shutdown(peer, SHUT_RDWR));
                if (write(peer, reply.data(), reply.size()) < 0) return;
            }
        }
    }

    std::string answer_to(const Command& command) {
        if (command.front() == "PING") return "+PONG\r\n";
        if (command.front() == "CLUSTER") {
            return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$0\r\n\r\n:" + std::to_string(port_) + "\r\n";
        }
        const std::lock_guard lock(mutex_);
        received_.push_back(command.front());
        return answer_(command, static_cast<int>(received_.size()));
    }

    Answer answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::string> received_;
    std::vector<int> peers_;
    std::vector<std::thread> serving_;
    std::thread accepting_;
};

Error refusal(Client& client) {
    const auto reply = client.call({"SET", "k", "v"}, 5s);
    REQUIRE_FALSE(reply);
    return reply.error();
}

}  // namespace

TEST_CASE("redirections are followed so many times and not without an end") {
    FakeCluster* self = nullptr;
    std::string word;
    FakeCluster cluster(
        [&](const Command&, int) { return "-" + word + " 1 " + self->endpoint() + "\r\n"; });
    self = &cluster;
    SUBCASE("moved in a circle") { word = "MOVED"; }
    SUBCASE("asked in a circle") { word = "ASK"; }
    Client client(cluster.options());
    const Error error = refusal(client);
    CHECK(error.kind == Error::Kind::Unavailable);
    CHECK(error.detail.find("without an end") != std::string::npos);
    const auto received = cluster.received();
    CHECK(std::ranges::count(received, "SET") == 6);
}

TEST_CASE("a command that is asked elsewhere goes right behind ASKING") {
    FakeCluster owner([](const Command& command, int) {
        return command.front() == "ASKING" ? "+OK\r\n" : "+done\r\n";
    });
    FakeCluster cluster(
        [&owner](const Command&, int) { return "-ASK 1 " + owner.endpoint() + "\r\n"; });
    Client client(cluster.options());
    CHECK(client.call({"SET", "k", "v"}, 5s)->text == "done");
    CHECK(owner.received() == std::vector<std::string>{"ASKING", "SET"});
    // For this one only: the next begins at the owner of the slot again.
    CHECK(client.call({"SET", "k", "v"}, 5s));
    CHECK(cluster.received().size() == 2);
}

TEST_CASE("a command that was moved is known to be at home there") {
    FakeCluster owner([](const Command&, int) { return "+done\r\n"; });
    FakeCluster cluster([&owner](const Command&, int) {
        // "k" is in slot 7629.
        return "-MOVED 7629 " + owner.endpoint() + "\r\n";
    });
    Client client(cluster.options());
    CHECK(client.call({"SET", "k", "v"}, 5s)->text == "done");
    CHECK(owner.received() == std::vector<std::string>{"SET"});
}

TEST_CASE("TRYAGAIN is tried again, and a slot that stays between two servers is told") {
    SUBCASE("until it is over") {
        FakeCluster cluster([](const Command&, int count) {
            return count < 4 ? "-TRYAGAIN Multiple keys\r\n" : "+done\r\n";
        });
        Client client(cluster.options());
        CHECK(client.call({"SET", "k", "v"}, 5s)->text == "done");
        CHECK(cluster.received().size() == 4);
    }
    SUBCASE("so many times") {
        FakeCluster cluster([](const Command&, int) { return "-TRYAGAIN Multiple keys\r\n"; });
        Client client(cluster.options());
        const Error error = refusal(client);
        CHECK(error.kind == Error::Kind::Unavailable);
        CHECK(error.detail.find("being moved") != std::string::npos);
    }
    SUBCASE("no longer than the caller waits") {
        FakeCluster cluster([](const Command&, int) { return "-TRYAGAIN Multiple keys\r\n"; });
        Client client(cluster.options());
        REQUIRE(client.call({"CLUSTER", "SLOTS"}, 5s));
        const auto reply = client.call({"SET", "k", "v"}, 100ms);
        REQUIRE_FALSE(reply);
        CHECK(reply.error().kind == Error::Kind::Timeout);
    }
}

TEST_CASE("a cluster that is down is unavailable, other errors are the caller's") {
    std::string answer;
    FakeCluster cluster([&answer](const Command&, int) { return answer; });
    Client client(cluster.options());
    for (const char* told : {"CLUSTERDOWN The cluster is down", "LOADING Redis is loading",
                             "READONLY You can't write"}) {
        answer = "-" + std::string(told) + "\r\n";
        CHECK(refusal(client).kind == Error::Kind::Unavailable);
    }
    answer = "-NOSCRIPT No matching script\r\n";
    const Error error = refusal(client);
    CHECK(error.kind == Error::Kind::Internal);
    CHECK(error.detail.starts_with("NOSCRIPT"));
}

TEST_CASE("a command that was sent and not answered is not sent again") {
    FakeCluster cluster([](const Command&, int) { return std::string(); });
    Client client(cluster.options());
    CHECK(refusal(client).kind == Error::Kind::Unavailable);
    CHECK(cluster.received() == std::vector<std::string>{"SET"});
}
