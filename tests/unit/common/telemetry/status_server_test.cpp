#include "common/telemetry/status_server.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>

using turnpike::telemetry::StatusAnswer;
using turnpike::telemetry::StatusServer;

namespace {

/// A client's socket, connected to the server.
class Connection {
public:
    explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~Connection() { ::close(socket_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void send(std::string_view text) {
        CHECK(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
              static_cast<ssize_t>(text.size()));
    }
    std::string receive_all() {
        std::string text;
        char bytes[4096];
        for (ssize_t size = 0; (size = recv(socket_, bytes, sizeof bytes, 0)) > 0;) {
            text.append(bytes, static_cast<std::size_t>(size));
        }
        return text;
    }

private:
    int socket_;
};

StatusServer::Handlers handlers(std::string metrics = "m 1\n") {
    return {.live = [] { return StatusAnswer{}; },
            .ready =
                [] {
                    return StatusAnswer{503, R"({"status":"starting"})"};
                },
            .metrics =
                [metrics] {
                    return StatusAnswer{200, metrics, "text/plain"};
                }};
}

std::unique_ptr<StatusServer> start(std::uint16_t port = 0, std::string metrics = "m 1\n") {
    auto server = StatusServer::start({{"127.0.0.1", port}}, handlers(std::move(metrics)));
    REQUIRE(server);
    return *std::move(server);
}

std::string ask(const StatusServer& server, std::string_view request_line) {
    Connection connection(server.port());
    connection.send(std::string(request_line) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return connection.receive_all();
}

}  // namespace

TEST_CASE("each page is answered by its handler") {
    const auto server = start();
    CHECK(ask(*server, "GET /livez").starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(ask(*server, "GET /readyz?verbose").starts_with("HTTP/1.1 503 "));
    const std::string metrics = ask(*server, "GET /metrics");
    CHECK(metrics.find("Content-Type: text/plain\r\n") != std::string::npos);
    CHECK(metrics.ends_with("\r\n\r\nm 1\n"));
}

TEST_CASE("HEAD has no body, other methods and pages are refused") {
    const auto server = start();
    const std::string head = ask(*server, "HEAD /metrics");
    CHECK(head.ends_with("\r\n\r\n"));
    CHECK(head.find("Content-Length: 4\r\n") != std::string::npos);
    CHECK(ask(*server, "POST /livez").starts_with("HTTP/1.1 405 "));
    CHECK(ask(*server, "GET /").starts_with("HTTP/1.1 404 "));
}

TEST_CASE("what is no request is refused") {
    const auto server = start();
    Connection connection(server->port());
    connection.send("GET /livez HTTP/1.1\nHost: x\n\n");
    CHECK(connection.receive_all().starts_with("HTTP/1.1 400 "));
    Connection endless(server->port());
    endless.send("GET /livez HTTP/1.1\r\nX: " + std::string(8000, 'x'));
    CHECK(endless.receive_all().starts_with("HTTP/1.1 400 "));
}

TEST_CASE("a client that says nothing does not keep others from being served") {
    const auto server = start();
    const Connection silent(server->port());
    Connection slow(server->port());
    slow.send("GET /li");
    CHECK(ask(*server, "GET /livez").starts_with("HTTP/1.1 200 "));
    slow.send("vez HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(slow.receive_all().starts_with("HTTP/1.1 200 "));
}

TEST_CASE("a large page is sent whole") {
    const std::string page(5'000'000, 'x');
    const auto server = start(0, page);
    const std::string answer = ask(*server, "GET /metrics");
    CHECK(answer.size() > page.size());
    CHECK(answer.ends_with(page));
}

TEST_CASE("two processes may share the port") {
    const auto first = start();
    const auto second = start(first->port());
    CHECK(second->port() == first->port());
    CHECK(ask(*first, "GET /livez").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("an address that cannot be listened on is told") {
    const auto wrong = StatusServer::start({{"not an address", 1}}, handlers());
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().message.find("not an address") != std::string::npos);
    const auto foreign = StatusServer::start({{"192.0.2.1", 0}}, handlers());
    REQUIRE_FALSE(foreign);
    CHECK(foreign.error().message.find("192.0.2.1") != std::string::npos);
}
