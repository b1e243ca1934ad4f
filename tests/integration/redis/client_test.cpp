#include "common/redis/client.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <thread>

#include "tests/support/redis_server.hpp"

using namespace std::chrono_literals;
using turnpike::Error;
using turnpike::Result;
using turnpike::redis::Client;
using turnpike::redis::Options;
using turnpike::redis::Reply;
using turnpike::tests::RedisServer;

namespace {

Options options(const RedisServer& server) {
    Options chosen;
    chosen.url = server.url();
    return chosen;
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

TEST_CASE("commands are answered, and an error reply is an Error") {
    const RedisServer server;
    Client client(options(server));
    REQUIRE(client.call({"SET", "k", std::string("a\0b", 3)}, 1s));
    CHECK(client.call({"GET", "k"}, 1s)->text == std::string("a\0b", 3));
    CHECK(client.call({"GET", "absent"}, 1s)->is_nil());
    const auto refused = client.call({"INCR", "k"}, 1s);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::Internal);
    CHECK(refused.error().detail.starts_with("ERR"));
    CHECK(client.is_connected());
}

TEST_CASE("a pipeline's answers come in order, errors in their place") {
    const RedisServer server;
    Client client(options(server));
    const auto replies = client.pipeline({{"SET", "k", "x"}, {"INCR", "k"}, {"GET", "k"}}, 1s);
    REQUIRE(replies);
    REQUIRE(replies->size() == 3);
    CHECK((*replies)[0]);
    CHECK_FALSE((*replies)[1]);
    CHECK((*replies)[2]->text == "x");
}

TEST_CASE("many threads get their own answers") {
    const RedisServer server;
    Client client(options(server));
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&client, &wrong, thread] {
            for (int i = 0; i < 500; ++i) {
                const std::string text = std::to_string(thread) + ":" + std::to_string(i);
                const auto reply = client.call({"ECHO", text}, 2s);
                if (!reply || reply->text != text) ++wrong;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("a large value arrives whole") {
    const RedisServer server;
    Client client(options(server));
    const std::string large(5U << 20U, 'x');
    REQUIRE(client.call({"SET", "large", large}, 5s));
    CHECK(client.call({"GET", "large"}, 5s)->text == large);
}

TEST_CASE("a killed server fails calls at once, and is used again when it is back") {
    RedisServer server;
    Client client(options(server));
    REQUIRE(client.call({"PING"}, 1s));
    server.kill();
    const auto started = turnpike::steady_now();
    const auto lost = client.call({"PING"}, 1s);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().kind == Error::Kind::Unavailable);
    CHECK(turnpike::steady_now() - started < 900ms);
    server.start();
    CHECK(works_within(client, 5s));
}

TEST_CASE("a server that hangs fails calls by their timeout") {
    RedisServer server;
    Client client(options(server));
    REQUIRE(client.call({"PING"}, 1s));
    server.pause();
    const auto hung = client.call({"PING"}, 100ms);
    REQUIRE_FALSE(hung);
    CHECK(hung.error().kind == Error::Kind::Timeout);
    server.resume();
    CHECK(works_within(client, 5s));
}

TEST_CASE("what waits is bounded") {
    RedisServer server;
    Options chosen = options(server);
    chosen.pending_max = 2;
    Client client(chosen);
    REQUIRE(client.call({"PING"}, 1s));
    server.pause();
    std::vector<std::future<Result<Reply>>> answers;
    for (int i = 0; i < 3; ++i) {
        auto answer = std::make_shared<std::promise<Result<Reply>>>();
        answers.push_back(answer->get_future());
        client.send({"PING"},
                    [answer](Result<Reply> reply) { answer->set_value(std::move(reply)); });
    }
    const auto refused = answers[2].get();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::Unavailable);
    server.resume();
    CHECK(answers[0].get());
    CHECK(answers[1].get());
}

TEST_CASE("a client that goes answers what is pending") {
    RedisServer server;
    std::promise<bool> was_answered;
    {
        Options chosen = options(server);
        chosen.reply_timeout = 60s;
        Client client(chosen);
        REQUIRE(client.call({"PING"}, 1s));
        server.pause();
        client.send({"PING"}, [&was_answered](const Result<Reply>& reply) {
            was_answered.set_value(!reply.has_value());
        });
    }
    CHECK(was_answered.get_future().get());
}

TEST_CASE("a user and password are given, and wrong ones tell why") {
    const RedisServer server;
    Client admin(options(server));
    REQUIRE(admin.call({"CONFIG", "SET", "requirepass", "secret"}, 1s));
    Client stranger(options(server));
    const auto refused = stranger.call({"PING"}, 500ms);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find("NOAUTH") != std::string::npos);
}
