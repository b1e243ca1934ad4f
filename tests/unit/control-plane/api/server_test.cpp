#include "control-plane/api/server.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

using namespace turnpike;
using namespace turnpike::api;

namespace {

class Echo final : public RequestHandler {
public:
    std::optional<Answer> precheck(const access::RequestHead&) override { return std::nullopt; }
    Reply handle(const Request& request) override {
        Answer answer{200, {}, std::string(request.path) + ':' + std::string(request.body)};
        if (request.path != "/later") return {answer};
        return {{}, [this, answer] {
                    ++waiting;
                    gate.get_future().wait();
                    return answer;
                }};
    }
    std::promise<void> gate;  ///< Opens for the one call of /later.
    std::atomic<int> waiting{0};
};

/// A blocking client socket.
class Client {
public:
    explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void finish() { ::shutdown(fd_, SHUT_WR); }
    /// Everything until the server ends.
    std::string receive_all() {
        std::string all;
        char buffer[65536];
        while (true) {
            const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
            if (got <= 0) return all;
            all.append(buffer, static_cast<std::size_t>(got));
        }
    }
    std::string receive_until(std::string_view end) {
        std::string all;
        char c = 0;
        while (!all.ends_with(end) && ::recv(fd_, &c, 1, 0) == 1) all += c;
        return all;
    }

private:
    int fd_;
};

struct Fixture {
    Echo handler;
    Server server{{.port = 0, .threads = 2}, handler};
    Fixture() { REQUIRE(server.start().has_value()); }
    std::uint16_t port() const { return server.port(); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "requests of one connection are answered until it is closed") {
    Client client(port());
    client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.receive_until("/a:").starts_with("HTTP/1.1 200"));
    client.send("POST /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nz");
    CHECK(client.receive_all().ends_with("/b:z"));
}

TEST_CASE("an answer that is waited for keeps nobody else of its thread from being served") {
    Echo handler;
    Server server({.port = 0, .threads = 1}, handler);
    REQUIRE(server.start().has_value());
    Client patient(server.port());
    patient.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    Client other(server.port());
    other.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(other.receive_all().ends_with("/a:"));
    while (handler.waiting == 0) std::this_thread::yield();  // its own thread may be late
    handler.gate.set_value();
    CHECK(patient.receive_until("/later:").starts_with("HTTP/1.1 200"));
    patient.send("GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(patient.receive_all().ends_with("/b:"));
}

TEST_CASE("a client that left before its answer is no harm, and stopping waits for the work") {
    Echo handler;
    Server server({.port = 0, .threads = 1}, handler);
    REQUIRE(server.start().has_value());
    {
        Client hasty(server.port());
        hasty.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
        Client other(server.port());
        other.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        CHECK(other.receive_all().ends_with("/a:"));
    }
    std::thread stopping([&server] { server.stop(); });
    handler.gate.set_value();
    stopping.join();
    CHECK(handler.waiting == 1);
}

TEST_CASE_FIXTURE(Fixture, "a client that has ended its side still gets its answers") {
    Client client(port());
    client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    client.finish();
    const std::string answers = client.receive_all();
    CHECK(answers.find("/a:") != answers.npos);
    CHECK(answers.ends_with("/b:"));
}

TEST_CASE_FIXTURE(Fixture, "a large body comes back whole") {
    std::string body(19U << 20U, 'a');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
    Client client(port());
    std::thread sender([&] {
        client.send("PUT /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n");
        client.send(body);
    });
    const std::string answer = client.receive_all();
    sender.join();
    CHECK(answer.size() > body.size());
    CHECK(std::string_view(answer).substr(answer.size() - body.size()) == body);
}

TEST_CASE_FIXTURE(Fixture, "the answer to a refused body arrives although the client still sends") {
    Client client(port());
    client.send("PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 30000000\r\n\r\n");
    client.send(std::string(4U << 20U, 'a'));
    CHECK(client.receive_all().starts_with("HTTP/1.1 413"));
}

TEST_CASE_FIXTURE(Fixture, "many clients come and go at once") {
    std::vector<std::thread> clients;
    std::atomic<int> answered{0};
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            for (int round = 0; round < 100; ++round) {
                Client client(port());
                client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                if (client.receive_all().ends_with("/a:")) ++answered;
            }
        });
    }
    for (std::thread& client : clients) client.join();
    CHECK(answered == 800);
}

TEST_CASE("a plain listener is loopback only") {
    Echo handler;
    Server server({.host = "0.0.0.0", .port = 0}, handler);
    const auto started = server.start();
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().kind == Error::Kind::Invalid);
}

TEST_CASE("IPv6 loopback is loopback") {
    Echo handler;
    Server server({.host = "::1", .port = 0}, handler);
    const auto started = server.start();
    // Some machines have no IPv6 at all.
    if (!started.has_value()) CHECK(started.error().kind == Error::Kind::Unavailable);
}

TEST_CASE_FIXTURE(Fixture, "a taken address is told") {
    Server second({.port = port()}, handler);
    const auto started = second.start();
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().kind == Error::Kind::Unavailable);
}
