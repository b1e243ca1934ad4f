// Answers as they come, and back ends that misbehave.
#include <doctest/doctest.h>

#include <atomic>

#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::string_view kGet =
    "GET /prod/a HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n\r\n";

Gateway::Options proxy(const std::string& uri, std::string_view more = "") {
    Gateway::Options options;
    options.resources = {{"/a", proxy_method("ANY", uri, more)}};
    return options;
}

void check_network_error(const std::string& response) {
    CHECK(status_of(response) == 504);
    CHECK(body_of(response) == R"({"message": "Network error communicating with endpoint"})");
    CHECK(field_of(response, "x-amzn-ErrorType") == "InternalServerErrorException");
}

/// Answers the first request with these bytes, then closes.
void answer_and_close(Peer& peer, std::string_view answer) {
    peer.read_request();
    peer.send(answer);
}

}  // namespace

TEST_CASE("pieces of a chunked answer reach the caller before the answer ends") {
    std::atomic<bool> goes_on{false};
    const Backend backend([&](Peer peer, int) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        goes_on.wait(false);
        peer.send("5\r\nfirst\r\n");
        peer.read_head();  // until the gateway is done
    });
    {
        const Gateway gateway(proxy(backend.origin()));
        Peer peer = gateway.connect();
        peer.send(kGet);
        const std::string head = peer.read_head();
        CHECK(status_of(head) == 200);
        CHECK(field_of(head, "transfer-encoding") == "chunked");
        goes_on = true;
        goes_on.notify_all();
        CHECK(peer.read_bytes(10) == "5\r\nfirst\r\n");
    }
}

TEST_CASE("a chunked answer that came whole gets its length") {
    const FixedBackend backend(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n");
    const Gateway gateway(proxy(backend.origin()));
    Peer peer = gateway.connect();
    for (int i = 0; i < 2; ++i) {
        peer.send(kGet);
        const std::string response = peer.read_response();
        CHECK(body_of(response) == "whole");
        CHECK(field_of(response, "content-length") == "5");
    }
    CHECK(backend.accepted() == 1);
}

TEST_CASE("large bodies pass both ways unchanged") {
    const std::string large(3'000'000, 'x');
    const Backend backend([&](Peer peer, int) {
        const std::string request = peer.read_request();
        peer.send(ok_answer(body_of(request)));
        peer.read_head();
    });
    const Gateway gateway(proxy(backend.origin()));
    const std::string response = gateway.call("POST /prod/a", "", large);
    CHECK(status_of(response) == 200);
    CHECK(body_of(response) == large);
    CHECK(gateway.logged().back().body_bytes == large.size());
}

TEST_CASE("an answer that ends with its connection is passed on in chunks") {
    const Backend backend([](Peer peer, int) {
        answer_and_close(peer, "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\nto the end");
    });
    const Gateway gateway(proxy(backend.origin()));
    const std::string response = gateway.call("GET /prod/a");
    CHECK(status_of(response) == 200);
    CHECK(response.find("to the end") != std::string::npos);
    CHECK(response.ends_with("0\r\n\r\n"));
    CHECK(gateway.idle_upstreams() == 0);
}

TEST_CASE("interim answers are skipped, a bounded number of them") {
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    const FixedBackend few(interim + interim + ok_answer());
    std::string many;
    for (int i = 0; i < 20; ++i) many += interim;
    const FixedBackend flood(many + ok_answer());
    CHECK(status_of(Gateway(proxy(few.origin())).call("GET /prod/a")) == 200);
    check_network_error(Gateway(proxy(flood.origin())).call("GET /prod/a"));
}

TEST_CASE("what is no acceptable answer is a network error") {
    for (const std::string_view answer :
         {"garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a",
          "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"}) {
        CAPTURE(answer);
        const Backend backend([answer](Peer peer, int) { answer_and_close(peer, answer); });
        const Gateway gateway(proxy(backend.origin()));
        check_network_error(gateway.call("GET /prod/a"));
        CHECK(gateway.logged().back().error_type == "INTEGRATION_FAILURE");
        CHECK(backend.accepted() == 1);
    }
}

TEST_CASE("a refused connection is a network error") {
    std::string origin;
    { origin = FixedBackend("").origin(); }
    check_network_error(Gateway(proxy(origin)).call("GET /prod/a"));
}

TEST_CASE("a back end that does not answer in time") {
    const Backend backend([](Peer peer, int) {
        peer.read_request();
        peer.read_head();
    });
    const Gateway gateway(proxy(backend.origin(), R"(,"timeoutInMillis":60)"));
    const std::string response = gateway.call("GET /prod/a");
    CHECK(status_of(response) == 504);
    CHECK(body_of(response) == R"({"message": "Endpoint request timed out"})");
    CHECK(field_of(response, "x-amzn-ErrorType") == "InternalServerErrorException");
    CHECK(gateway.logged().back().error_type == "INTEGRATION_TIMEOUT");
}

TEST_CASE("a small body that does not come in time is a timeout, not half an answer") {
    const Backend backend([](Peer peer, int) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        peer.read_head();
    });
    const Gateway gateway(proxy(backend.origin(), R"(,"timeoutInMillis":60)"));
    CHECK(status_of(gateway.call("GET /prod/a")) == 504);
}

TEST_CASE("a streamed answer that breaks off breaks for the caller too") {
    const Backend backend([](Peer peer, int) {
        answer_and_close(peer,
                         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    });
    const Gateway gateway(proxy(backend.origin()));
    Peer peer = gateway.connect();
    peer.send(kGet);
    const std::string response = peer.read_to_end();
    CHECK(status_of(response) == 200);
    CHECK_FALSE(response.ends_with("0\r\n\r\n"));
}

TEST_CASE("a resting connection that turns out closed is replaced, for idempotent verbs") {
    // The first connection answers once and reads the second request before it closes, so that the
    // gateway cannot have seen the end.
    const auto serve = [](Peer peer, int index) {
        peer.read_request();
        peer.send(ok_answer());
        if (index > 0) peer.read_head();
        peer.read_request();
    };
    for (const bool is_idempotent : {true, false}) {
        CAPTURE(is_idempotent);
        const Backend backend(serve);
        const Gateway gateway(proxy(backend.origin()));
        Peer peer = gateway.connect();
        peer.send(kGet);
        CHECK(status_of(peer.read_response()) == 200);
        const std::string verb = is_idempotent ? "GET" : "POST";
        peer.send(verb + std::string(kGet.substr(3)));
        const std::string second = peer.read_response();
        CHECK(status_of(second) == (is_idempotent ? 200 : 504));
        CHECK(backend.accepted() == (is_idempotent ? 2 : 1));
    }
}

TEST_CASE("a fresh connection that ends is not tried again") {
    const Backend backend([](Peer peer, int) { peer.read_request(); });
    check_network_error(Gateway(proxy(backend.origin())).call("GET /prod/a"));
    CHECK(backend.accepted() == 1);
}

TEST_CASE("bytes that nobody asked for end a connection's life") {
    const FixedBackend backend(ok_answer() + "HTTP/1.1 200 OK\r\n");
    const Gateway gateway(proxy(backend.origin()));
    Peer peer = gateway.connect();
    for (int i = 0; i < 3; ++i) {
        peer.send(kGet);
        CHECK(body_of(peer.read_response()) == "hello");
    }
    CHECK(backend.accepted() == 3);
    CHECK(gateway.idle_upstreams() == 0);
}

TEST_CASE("an answer that comes before the body is whole is passed on") {
    const Backend backend([](Peer peer, int) {
        peer.read_head();
        peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        peer.stop_sending();
        peer.read_to_end();
    });
    const Gateway gateway(proxy(backend.origin()));
    Peer peer = gateway.connect();
    peer.send(
        "POST /prod/a HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n"
        "Content-Length: 5000000\r\n\r\n" +
        std::string(1'000'000, 'x'));
    peer.send(std::string(4'000'000, 'x'));
    CHECK(status_of(peer.read_response()) == 413);
}

TEST_CASE("an origin has a bounded number of connections; others wait for their turn") {
    std::atomic<int> at_once{0};
    std::atomic<int> most{0};
    const Backend backend([&](Peer peer, int) {
        while (!peer.read_request().empty()) {
            most = std::max(most.load(), ++at_once);
            --at_once;
            peer.send(ok_answer());
        }
    });
    Gateway::Options options = proxy(backend.origin());
    options.limits.connections_per_origin_max = 2;
    const Gateway gateway(options);
    std::vector<Peer> peers;
    for (int i = 0; i < 8; ++i) peers.push_back(gateway.connect());
    for (Peer& peer : peers) peer.send(kGet);
    for (Peer& peer : peers) CHECK(status_of(peer.read_response()) == 200);
    CHECK(backend.accepted() <= 2);
}

TEST_CASE("answers larger than allowed are refused before the caller sees a part") {
    const FixedBackend backend("HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n");
    const std::string response = Gateway(proxy(backend.origin())).call("GET /prod/a");
    CHECK(status_of(response) == 502);
    CHECK(body_of(response) == R"({"message": "Internal server error"})");
}
