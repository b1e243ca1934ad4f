// The Redis client that lives on a reactor, over a real Redis.
#include <doctest/doctest.h>

#include <functional>
#include <future>
#include <optional>
#include <thread>

#include "common/redis/client.hpp"
#include "common/redis/local_client.hpp"
#include "data-plane/cache/reactor_loop.hpp"
#include "tests/support/redis_server.hpp"

using namespace turnpike;
using namespace std::chrono_literals;
using redis::LocalClient;
using redis::Reply;

namespace {

/// A reactor on a thread of its own, with a client.
class Side {
public:
    explicit Side(redis::Options options)
        : loop_(reactor_), client_(std::in_place, std::move(options), loop_) {
        thread_ = std::thread([this] { reactor_.run(); });
    }
    ~Side() { end(); }
    void on_reactor(const std::function<void(LocalClient&)>& work) {
        std::promise<void> done;
        reactor_.post([&] {
            work(*client_);
            done.set_value();
        });
        done.get_future().wait();
    }
    std::future<Result<Reply>> begin(redis::Command command) {
        auto answer = std::make_shared<std::promise<Result<Reply>>>();
        reactor_.post([this, answer, command = std::move(command)] {
            client_->send(command, [answer](Result<Reply> reply) { answer->set_value(reply); });
        });
        return answer->get_future();
    }
    Result<Reply> ask(redis::Command command) { return begin(std::move(command)).get(); }
    /// As users do after an outage.
    std::string ask_until_answered(const redis::Command& command) {
        Result<Reply> reply = ask(command);
        while (!reply) reply = ask(command);
        return reply->text;
    }
    void start() {
        on_reactor([](LocalClient& client) { client.start(); });
    }
    /// The reactor first, then the client, as in a worker.
    void end() {
        if (!thread_.joinable()) return;
        reactor_.stop();
        thread_.join();
        client_.reset();
    }

private:
    worker::Reactor reactor_;
    cache::ReactorLoop loop_;
    std::optional<LocalClient> client_;
    std::thread thread_;
};

std::size_t connections(const tests::RedisServer& server) {
    redis::Client other({.url = server.url()});
    const auto list = other.call({"CLIENT", "LIST", "TYPE", "normal"}, 2000ms);
    REQUIRE(list);
    return static_cast<std::size_t>(std::count(list->text.begin(), list->text.end(), '\n')) - 1;
}

}  // namespace

TEST_CASE("a client on a reactor connects when it is started, and not before") {
    const tests::RedisServer server;
    Side side({.url = server.url()});
    const auto early = side.ask({"PING"});
    REQUIRE_FALSE(early);
    CHECK(early.error().kind == Error::Kind::Unavailable);
    CHECK(connections(server) == 0);
    side.start();
    side.start();
    // What is sent while it connects waits for that.
    CHECK(side.ask({"PING"})->text == "PONG");
    CHECK(connections(server) == 1);
}

TEST_CASE("commands on a reactor are answered in order, large ones and errors among them") {
    const tests::RedisServer server;
    Side side({.url = server.url(), .reply_timeout = 60'000ms});
    side.start();
    const std::string large(3U << 20U, 'x');
    std::vector<std::future<Result<Reply>>> answers;
    for (int i = 0; i < 500; ++i) {
        const std::string key = std::to_string(i);
        answers.push_back(side.begin({"SET", key, i % 100 == 0 ? large : key}));
        answers.push_back(side.begin({"GET", key}));
        answers.push_back(side.begin({"INCR", "list" + key, "too many"}));
    }
    for (std::size_t i = 0; i < 500; ++i) {
        CHECK(answers[3 * i].get()->text == "OK");
        const auto value = answers[3 * i + 1].get();
        CHECK((value->text == (i % 100 == 0 ? large : std::to_string(i))));
        CHECK(answers[3 * i + 2].get().error().kind == Error::Kind::Internal);
    }
    CHECK(side.ask({"GET", "nobody"})->is_nil());
}

TEST_CASE("a client on a reactor outlives its server, and one that hangs") {
    tests::RedisServer server;
    Side side({.url = server.url(), .reply_timeout = 100ms});
    side.start();
    CHECK(side.ask({"PING"})->text == "PONG");
    server.kill();
    Result<Reply> lost = side.ask({"PING"});
    while (lost) lost = side.ask({"PING"});
    CHECK(lost.error().kind == Error::Kind::Unavailable);
    server.start();
    CHECK(side.ask_until_answered({"PING"}) == "PONG");
    server.pause();
    const auto late = side.ask({"PING"});
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == Error::Kind::Timeout);
    server.resume();
    CHECK(side.ask_until_answered({"PING"}) == "PONG");
}

TEST_CASE("what waits when a client on a reactor ends is failed, and too much is at once") {
    tests::RedisServer server;
    Side side({.url = server.url(), .reply_timeout = 60'000ms, .pending_max = 2});
    side.start();
    CHECK(side.ask({"PING"})->text == "PONG");
    server.pause();
    auto one = side.begin({"PING"});
    auto two = side.begin({"PING"});
    const auto three = side.ask({"PING"});
    REQUIRE_FALSE(three);
    CHECK(three.error().kind == Error::Kind::Unavailable);
    side.end();
    CHECK(one.get().error().kind == Error::Kind::Unavailable);
    CHECK(two.get().error().kind == Error::Kind::Unavailable);
    server.resume();
}

TEST_CASE("an address that is none, a name that nobody has, a path without a server: an error") {
    for (const char* url : {"nonsense", "redis://no-such-host.invalid:1", "unix:///nowhere/redis",
                            "redis://127.0.0.1:1"}) {
        CAPTURE(url);
        Side side({.url = url});
        side.start();
        const auto reply = side.ask({"PING"});
        REQUIRE_FALSE(reply);
        CHECK(reply.error().kind == Error::Kind::Unavailable);
    }
}
