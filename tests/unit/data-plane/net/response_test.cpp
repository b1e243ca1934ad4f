#include <doctest/doctest.h>

#include "data-plane/worker/signal.hpp"
#include "tests/unit/data-plane/net/harness.hpp"

using namespace turnpike;
using namespace turnpike::net;
using namespace turnpike::net::test;

namespace {

worker::Task<> count_body_after(worker::Signal& go_on, Request& request, ResponseWriter& writer) {
    co_await go_on.wait();
    std::size_t bytes = 0;
    for (;;) {
        const BodyPiece piece = co_await request.body.next();
        if (piece.status != BodyPiece::Status::Data) break;
        bytes += piece.bytes.size();
    }
    const std::string text = std::to_string(bytes);
    const ResponseHead head{.status = 200, .reason = {}, .fields = {}};
    co_await writer.send(head, text);
}

}  // namespace

TEST_CASE("the answer to HEAD tells the length and has no body") {
    TestServer server(echo);
    Client client(server.port());
    client.send("HEAD /h HTTP/1.1\r\n" + kHost + "\r\nGET /g HTTP/1.1\r\n" + kHost + "\r\n");
    CHECK(has_line(client.receive_until("\r\n\r\n"), "Content-Length: 8"));
    CHECK(body_of(client.receive_response()) == "GET /g ");
}

TEST_CASE("a streamed response of known length is sent as it is") {
    const auto handler = [](Request&, ResponseWriter& writer) -> worker::Task<> {
        const ResponseHead head{.status = 206, .reason = {}, .fields = {}};
        co_await writer.start(head, 40'000);
        co_await writer.write(std::string_view("0123456789"));
        const std::string large(39'990, 'y');
        co_await writer.write(large);
        co_await writer.finish();
        CHECK(writer.body_bytes_sent() == 40'000);
    };
    TestServer server(handler);
    Client client(server.port());
    for (int i = 0; i < 2; ++i) {
        client.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
        const std::string answer = client.receive_response();
        CHECK(answer.substr(0, 30) == "HTTP/1.1 206 Partial Content\r\n");
        CHECK(body_of(answer) == "0123456789" + std::string(39'990, 'y'));
    }
}

TEST_CASE("a response of unknown length is chunked, or ends with the connection for HTTP/1.0") {
    const auto handler = [](Request&, ResponseWriter& writer) -> worker::Task<> {
        const ResponseHead head{.status = 200, .reason = {}, .fields = {}};
        co_await writer.start(head, std::nullopt);
        co_await writer.write(std::string_view("hello"));
        const std::string large(20'000, 'y');
        co_await writer.write(large);
        co_await writer.finish();
    };
    TestServer server(handler);
    Client modern(server.port());
    const std::string large(20'000, 'y');
    for (int i = 0; i < 2; ++i) {
        modern.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
        const std::string head = modern.receive_until("\r\n\r\n");
        CHECK(has_line(head, "Transfer-Encoding: chunked"));
        CHECK(modern.receive_until("0\r\n\r\n") ==
              "5\r\nhello\r\n4e20\r\n" + large + "\r\n0\r\n\r\n");
    }
    Client old(server.port());
    old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const std::string answer = old.receive_all();
    CHECK(has_line(answer, "Connection: close"));
    CHECK(body_of(answer) == "hello" + large);
}

TEST_CASE("large streams move at the speed of their reader") {
    constexpr std::size_t kPieces = 400;
    const auto handler = [](Request&, ResponseWriter& writer) -> worker::Task<> {
        const std::string piece(65'536, 'z');
        const ResponseHead head{.status = 200, .reason = {}, .fields = {}};
        co_await writer.start(head, kPieces * piece.size());
        for (std::size_t i = 0; i < kPieces; ++i) co_await writer.write(piece);
        co_await writer.finish();
    };
    TestServer server(handler);
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
    CHECK(body_of(client.receive_response()).size() == kPieces * 65'536);
}

TEST_CASE("a body is read no faster than the handler takes it") {
    std::unique_ptr<worker::Signal> go_on;
    const auto handler = [&go_on](Request& request, ResponseWriter& writer) {
        return count_body_after(*go_on, request, writer);
    };
    TestServer server(handler);
    server.on_reactor([&] { go_on = std::make_unique<worker::Signal>(server.reactor()); });
    Client client(server.port());
    client.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 9000000\r\n\r\n");
    std::size_t sent = 0;
    const std::string piece(100'000, 'b');
    while (sent < 9'000'000) {
        const auto count = ::send(client.descriptor(), piece.data(),
                                  std::min<std::size_t>(piece.size(), 9'000'000 - sent),
                                  MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0) break;
        sent += static_cast<std::size_t>(count);
    }
    CHECK(sent < 9'000'000);  // the kernel holds what fits, the rest stays with the client
    server.on_reactor([&] { go_on->set(); });
    client.send(std::string(9'000'000 - sent, 'b'));
    CHECK(body_of(client.receive_response()) == "9000000");
}

TEST_CASE("a response that is given up breaks the connection") {
    const auto handler = [](Request&, ResponseWriter& writer) -> worker::Task<> {
        const ResponseHead head{.status = 200, .reason = {}, .fields = {}};
        co_await writer.start(head, std::nullopt);
        co_await writer.write(std::string_view("half"));
        writer.abort();
    };
    TestServer server(handler);
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
    const std::string answer = client.receive_all();
    CHECK(answer.find("0\r\n\r\n") == std::string::npos);
    CHECK(answer.back() == '!');
}

TEST_CASE("a handler that does not answer breaks the connection") {
    const auto handler = [](Request&, ResponseWriter&) -> worker::Task<> { co_return; };
    TestServer server(handler);
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
    CHECK(client.receive_all() == "!");
}

TEST_CASE("fields cannot break out of their lines, and framing belongs to the writer") {
    const auto handler = [](Request&, ResponseWriter& writer) -> worker::Task<> {
        const ResponseField fields[] = {{"X-A", "b\r\nX-Evil: 1"},
                                        {"Bad Name", "x"},
                                        {"content-length", "99"},
                                        {"Transfer-Encoding", "chunked"},
                                        {"CONNECTION", "upgrade"}};
        const ResponseHead head{.status = 200, .reason = "Fine\r\n", .fields = fields};
        co_await writer.send(head, "ok");
    };
    TestServer server(handler);
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
    const std::string answer = client.receive_response();
    CHECK(answer.substr(0, 23) == "HTTP/1.1 200 Fine  \r\nDa");
    CHECK(has_line(answer, "X-A: b  X-Evil: 1"));
    CHECK(has_line(answer, "Content-Length: 2"));
    CHECK(answer.find("99") == std::string::npos);
    CHECK(answer.find("chunked") == std::string::npos);
    CHECK(answer.find("Bad Name") == std::string::npos);
    CHECK(answer.find("upgrade") == std::string::npos);
}

TEST_CASE("responses that cannot have a body have none") {
    const auto handler = [](Request&, ResponseWriter& writer) -> worker::Task<> {
        const ResponseHead head{.status = 204, .reason = {}, .fields = {}};
        co_await writer.send(head, "ignored");
    };
    TestServer server(handler);
    Client client(server.port());
    for (int i = 0; i < 2; ++i) {
        client.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
        const std::string answer = client.receive_until("\r\n\r\n");
        CHECK(answer.substr(0, 12) == "HTTP/1.1 204");
        CHECK(answer.find("Content-Length") == std::string::npos);
    }
}
