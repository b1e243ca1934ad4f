#include "data-plane/net/server.hpp"

#include <doctest/doctest.h>

#include "data-plane/worker/signal.hpp"
#include "tests/unit/data-plane/net/harness.hpp"

using namespace turnpike;
using namespace turnpike::net;
using namespace turnpike::net::test;

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Starts draining on the reactor. Returns: what becomes ready when it is over.
std::shared_future<void> drain(TestServer& server, Milliseconds deadline) {
    auto done = std::make_shared<std::promise<void>>();
    server.on_reactor([&] {
        server.server().drain(server.reactor().now() + deadline, [done] { done->set_value(); });
    });
    return done->get_future().share();
}

}  // namespace

TEST_CASE("draining closes idle connections and ends at once when none is left") {
    TestServer server(echo);
    Client idle(server.port());
    idle.send(kGet);
    idle.receive_response();
    const auto done = drain(server, 60s);
    CHECK(idle.receive_all().empty());
    CHECK(done.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("an idle client that sends just after draining began is answered, then closed") {
    Limits limits;
    limits.drain_idle = 60s;
    TestServer server(echo, limits);
    Client client(server.port());
    client.send(kGet);
    client.receive_response();
    const auto done = drain(server, 60s);
    client.send(kGet);
    CHECK(has_line(client.receive_response(), "Connection: close"));
    client.end_sending();
    CHECK(done.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("a request under way is finished while draining, and its connection closed") {
    std::unique_ptr<worker::Signal> go_on;
    std::promise<void> arrived;
    const auto handler = [&](Request& request, ResponseWriter& writer) -> worker::Task<> {
        return [](worker::Signal& signal, std::promise<void>& told, Request& served,
                  ResponseWriter& answer) -> worker::Task<> {
            told.set_value();
            co_await signal.wait();
            co_await echo(served, answer);
        }(*go_on, arrived, request, writer);
    };
    TestServer server(handler);
    server.on_reactor([&] { go_on = std::make_unique<worker::Signal>(server.reactor()); });
    Client client(server.port());
    client.send(kGet);
    arrived.get_future().wait();
    const auto done = drain(server, 60s);
    CHECK(done.wait_for(0s) == std::future_status::timeout);
    server.on_reactor([&] { go_on->set(); });
    const std::string answer = client.receive_response();
    CHECK(body_of(answer) == "GET / ");
    CHECK(has_line(answer, "Connection: close"));
    client.end_sending();
    CHECK(done.wait_for(10s) == std::future_status::ready);
}

TEST_CASE("the deadline ends what does not end by itself") {
    std::unique_ptr<worker::Signal> never;
    std::promise<void> arrived;
    const auto handler = [&](Request&, ResponseWriter&) -> worker::Task<> {
        return [](worker::Signal& signal, std::promise<void>& told) -> worker::Task<> {
            told.set_value();
            co_await signal.wait();
        }(*never, arrived);
    };
    TestServer server(handler);
    server.on_reactor([&] { never = std::make_unique<worker::Signal>(server.reactor()); });
    Client client(server.port());
    client.send(kGet);
    arrived.get_future().wait();
    const auto done = drain(server, 30ms);
    CHECK(done.wait_for(10s) == std::future_status::ready);
    CHECK(server.connection_count() == 0);
}

TEST_CASE("a draining server accepts no more connections") {
    TestServer server(echo);
    const auto done = drain(server, 60s);
    CHECK(done.wait_for(10s) == std::future_status::ready);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    const auto address = SocketAddress::from_ip("127.0.0.1", server.port());
    CHECK(::connect(descriptor, address->get(), address->length()) != 0);
    ::close(descriptor);
}

TEST_CASE("connections, requests and rejections are counted") {
    TestServer server(echo);
    Client first(server.port());
    first.send(kGet + kGet);
    first.receive_response();
    first.receive_response();
    Client second(server.port());
    second.send("nonsense\r\n\r\n");
    second.receive_all();
    ServerCounters counters;
    server.on_reactor([&] { counters = server.server().counters(); });
    CHECK(counters.accepted == 2);
    CHECK(counters.requests == 2);
    CHECK(counters.rejected_requests == 1);
}
