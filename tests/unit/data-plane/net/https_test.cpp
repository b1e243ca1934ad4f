#include <doctest/doctest.h>

#include "common/crypto/certificate.hpp"
#include "data-plane/net/stream.hpp"
#include "data-plane/worker/task_set.hpp"
#include "tests/unit/data-plane/net/harness.hpp"

using namespace turnpike;
using namespace turnpike::net;
using namespace turnpike::net::test;

namespace {

std::shared_ptr<const tls::ServerContext> make_context() {
    const crypto::Validity validity{wall_now() - std::chrono::hours(1),
                                    wall_now() + std::chrono::hours(1)};
    const auto authority = crypto::make_authority("test", validity);
    const auto leaf = crypto::make_leaf(*authority, {"localhost"}, validity);
    auto context = tls::ServerContext::create(
        {{{leaf->certificate_pem, leaf->key_pem}}, std::string(32, 'k')});
    REQUIRE(context);
    return *context;
}

worker::Task<> call_over_tls(worker::Reactor& reactor, std::uint16_t port, std::string requests,
                             std::size_t bytes_wanted, std::string& received) {
    const auto context = tls::ClientContext::create({.trust = *tls::TrustStore::load()});
    ConnectOptions options;
    options.deadline = reactor.now() + 10s;
    options.tls = context->get();
    options.server_name = "localhost";
    // The issuer is made up in this test.
    options.verification = tls::Verification::AnyIssuer;
    auto stream = co_await connect(reactor, *SocketAddress::from_ip("127.0.0.1", port), options);
    if (stream) {
        co_await (*stream)->write_all(requests, 10s);
        char bytes[4096];
        while (received.size() < bytes_wanted) {
            const IoResult read = co_await (*stream)->read_some(bytes, reactor.now() + 10s);
            if (read.status != IoStatus::Done) break;
            received.append(bytes, read.bytes);
        }
    } else {
        received = stream.error().detail;
    }
    reactor.stop();
}

std::string call(std::uint16_t port, const std::string& requests, std::size_t bytes_wanted) {
    worker::Reactor reactor;
    worker::TaskSet tasks;
    std::string received;
    tasks.spawn(call_over_tls(reactor, port, requests, bytes_wanted, received));
    reactor.run();
    return received;
}

const std::string kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("requests are served over TLS, pipelined ones too") {
    TestServer server(echo, {}, make_context());
    const std::string last = "GET /z HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const std::string answers = call(server.port(), kGet + kGet + last, SIZE_MAX);
    CHECK(answers.substr(0, 12) == "HTTP/1.1 200");
    CHECK(answers.find("GET /a ") != std::string::npos);
    CHECK(answers.ends_with("GET /z "));
}

TEST_CASE("the handler sees how the connection is secured") {
    std::string seen;
    const auto handler = [&seen](Request& request, ResponseWriter& writer) {
        seen = request.peer.tls == nullptr ? "plain" : std::string(request.peer.tls->protocol());
        return ignore_body(request, writer);
    };
    TestServer server(handler, {}, make_context());
    call(server.port(), kGet, 1);
    CHECK(seen == "TLSv1.3");
}

TEST_CASE("large bodies travel over TLS in both directions") {
    TestServer server(echo, {}, make_context());
    const std::string body(1'000'000, 'x');
    const std::string request =
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n" + body;
    const std::string answer = call(server.port(), request, SIZE_MAX);
    CHECK((body_of(answer) == "POST / " + body));
}

TEST_CASE("a client that does not speak TLS is cut off, and so is one that says nothing") {
    Limits limits;
    limits.tls_handshake = 50ms;
    TestServer server(echo, limits, make_context());
    Client plain(server.port());
    plain.send(kGet);
    CHECK(plain.receive_all().find("HTTP/1.1") == std::string::npos);
    Client silent(server.port());
    CHECK(silent.receive_all().empty());
    ServerCounters counters;
    server.on_reactor([&] { counters = server.server().counters(); });
    CHECK(counters.handshake_failures == 2);
}
