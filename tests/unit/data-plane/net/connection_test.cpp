#include <doctest/doctest.h>

#include <atomic>

#include "data-plane/worker/signal.hpp"
#include "tests/unit/data-plane/net/harness.hpp"

using namespace turnpike;
using namespace turnpike::net;
using namespace turnpike::net::test;

namespace {

Limits short_limits() {
    Limits limits;
    limits.header = 60ms;
    limits.body_progress = 60ms;
    limits.idle = 60ms;
    limits.linger = 200ms;
    limits.write_stall = 200ms;
    return limits;
}

std::string answer_to(const std::string& bytes, const Limits& limits = {}) {
    TestServer server(echo, limits);
    Client client(server.port());
    client.send(bytes);
    return client.receive_all();
}

void check_rejected(const std::string& bytes, int status) {
    CAPTURE(bytes.substr(0, 200));
    const std::string answer = answer_to(bytes);
    CHECK(answer.substr(0, 13) == "HTTP/1.1 " + std::to_string(status) + " ");
    CHECK(has_line(answer, "Connection: close"));
    CHECK(answer.find("HTTP/1.1", 8) == std::string::npos);  // nothing after it was served
}

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

const std::string kHost = "Host: a.example\r\n";

}  // namespace

TEST_CASE("a connection serves one request after the other") {
    TestServer server(echo);
    Client client(server.port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /" + std::to_string(i) + " HTTP/1.1\r\n" + kHost + "\r\n");
        const std::string answer = client.receive_response();
        CHECK(answer.substr(0, 17) == "HTTP/1.1 200 OK\r\n");
        CHECK(has_line(answer, "Connection: keep-alive"));
        CHECK(answer.find("\r\nDate: ") != std::string::npos);
        CHECK(body_of(answer) == "GET /" + std::to_string(i) + " ");
    }
}

TEST_CASE("a head may arrive byte by byte") {
    TestServer server(echo);
    Client client(server.port());
    for (const char c : "POST /x HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc") {
        client.send(std::string_view(&c, 1));
    }
    CHECK(body_of(client.receive_response()) == "POST /x abc");
}

TEST_CASE("pipelined requests are answered in order") {
    TestServer server(echo);
    Client client(server.port());
    std::string requests;
    for (int i = 0; i < 500; ++i) {
        requests +=
            "POST /" + std::to_string(i) + " HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\n\r\nhi";
    }
    std::thread sender([&] { client.send(requests); });
    for (int i = 0; i < 500; ++i) {
        CHECK(body_of(client.receive_response()) == "POST /" + std::to_string(i) + " hi");
    }
    sender.join();
}

TEST_CASE("a chunked body is decoded, and the next request follows it") {
    TestServer server(echo);
    Client client(server.port());
    client.send("POST /c HTTP/1.1\r\n" + kHost +
                "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\nX-T: 1\r\n\r\n"
                "GET /next HTTP/1.1\r\n" +
                kHost + "\r\n");
    CHECK(body_of(client.receive_response()) == "POST /c abcdefg");
    CHECK(body_of(client.receive_response()) == "GET /next ");
}

TEST_CASE("large bodies arrive whole with either framing, pipelined with another request") {
    TestServer server(echo);
    std::string body;
    for (int i = 0; body.size() < 3'000'000; ++i) body += std::to_string(i) + ",";
    const std::string next = "GET /next HTTP/1.1\r\n" + kHost + "\r\n";
    std::string chunked = "POST /c HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 70'000) {
        const std::string piece = body.substr(at, 70'000);
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        chunked += size + piece + "\r\n";
    }
    chunked += "0\r\n\r\n";
    const std::string plain = "POST /c HTTP/1.1\r\n" + kHost +
                              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (const std::string& request : {plain, chunked}) {
        Client client(server.port());
        std::thread sender([&] { client.send(request + next); });
        CHECK(body_of(client.receive_response()) == "POST /c " + body);
        CHECK(body_of(client.receive_response()) == "GET /next ");
        sender.join();
    }
}

TEST_CASE("100 Continue is sent when the handler reads the body, not before") {
    TestServer server(echo);
    Client client(server.port());
    const std::string head =
        "POST /e HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    client.send(head);
    CHECK(client.receive_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    CHECK(body_of(client.receive_response()) == "POST /e body");

    TestServer refusing(ignore_body);
    Client refused(refusing.port());
    refused.send(head);
    const std::string answer = refused.receive_all();
    CHECK(answer.substr(0, 12) == "HTTP/1.1 200");
    CHECK(has_line(answer, "Connection: close"));
}

TEST_CASE("a body that comes without waiting needs no 100 Continue") {
    TestServer server(echo);
    Client client(server.port());
    client.send("POST /e HTTP/1.1\r\n" + kHost +
                "Expect: 100-continue\r\nContent-Length: 4\r\n\r\nbody");
    CHECK(client.receive_response().substr(0, 12) == "HTTP/1.1 200");
}

TEST_CASE("the answer to HEAD tells the length and has no body") {
    TestServer server(echo);
    Client client(server.port());
    client.send("HEAD /h HTTP/1.1\r\n" + kHost + "\r\nGET /g HTTP/1.1\r\n" + kHost + "\r\n");
    CHECK(has_line(client.receive_until("\r\n\r\n"), "Content-Length: 8"));
    CHECK(body_of(client.receive_response()) == "GET /g ");
}

TEST_CASE("HTTP/1.0 connections end after the answer unless they ask otherwise") {
    TestServer server(echo);
    Client plain(server.port());
    plain.send("GET /a HTTP/1.0\r\n\r\n");
    const std::string answer = plain.receive_all();
    CHECK(answer.substr(0, 12) == "HTTP/1.1 200");
    CHECK(has_line(answer, "Connection: close"));
    CHECK(body_of(answer) == "GET /a ");

    Client keeping(server.port());
    for (int i = 0; i < 2; ++i) {
        keeping.send("GET /k HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        CHECK(has_line(keeping.receive_response(), "Connection: keep-alive"));
    }
}

TEST_CASE("a client that says close gets its answer and the end") {
    const std::string answer =
        answer_to("GET / HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
    CHECK(has_line(answer, "Connection: close"));
    CHECK(body_of(answer) == "GET / ");
}

TEST_CASE("what cannot be served is rejected in plain text and the connection closed") {
    const std::string get = "GET / HTTP/1.1\r\n";
    const std::string post = "POST / HTTP/1.1\r\n" + kHost;
    const std::string smuggled = "GET /smuggled HTTP/1.1\r\n" + kHost + "\r\n";
    SUBCASE("bare line feed") { check_rejected("GET / HTTP/1.1\nHost: a\n\n" + smuggled, 400); }
    SUBCASE("two spaces") { check_rejected("GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400); }
    SUBCASE("version") { check_rejected("GET / HTTP/2.0\r\n" + kHost + "\r\n", 505); }
    SUBCASE("no host") { check_rejected(get + "\r\n" + smuggled, 400); }
    SUBCASE("two hosts") { check_rejected(get + kHost + kHost + "\r\n", 400); }
    SUBCASE("space before colon") { check_rejected(get + kHost + "X : y\r\n\r\n", 400); }
    SUBCASE("folded line") { check_rejected(get + kHost + "X: y\r\n z\r\n\r\n", 400); }
    SUBCASE("both framings") {
        check_rejected(
            post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
            400);
    }
    SUBCASE("unknown coding") { check_rejected(post + "Transfer-Encoding: br\r\n\r\n", 501); }
    SUBCASE("coding of 1.0") {
        check_rejected("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    }
    SUBCASE("two lengths") {
        check_rejected(post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400);
    }
    SUBCASE("signed length") { check_rejected(post + "Content-Length: +3\r\n\r\nabc", 400); }
    SUBCASE("bad chunk size") {
        check_rejected(post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + smuggled, 400);
    }
    SUBCASE("no line end after chunk") {
        check_rejected(post + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" + smuggled,
                       400);
    }
    SUBCASE("control in value") {
        check_rejected(get + kHost + std::string("X: a\0b\r\n\r\n", 11), 400);
    }
    SUBCASE("other expectation") { check_rejected(post + "Expect: x\r\n\r\n", 417); }
    SUBCASE("tunnel") { check_rejected("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 400); }
}

TEST_CASE("oversized requests are answered with the documented texts") {
    const std::string padding(10'300, 'x');
    SUBCASE("header") {
        const std::string answer =
            answer_to("GET / HTTP/1.1\r\n" + kHost + "X: " + padding + "\r\n\r\n");
        CHECK(answer.substr(0, 13) == "HTTP/1.1 431 ");
        CHECK(body_of(answer) == "HTTP header is larger than 10240 bytes.");
        CHECK(has_line(answer, "Content-Type: text/plain"));
    }
    SUBCASE("target") {
        const std::string answer = answer_to("GET /" + padding + " HTTP/1.1\r\n" + kHost + "\r\n");
        CHECK(answer.substr(0, 13) == "HTTP/1.1 414 ");
    }
    SUBCASE("header, with another limit") {
        Limits limits;
        limits.header_bytes_max = 100;
        const std::string answer = answer_to(
            "GET / HTTP/1.1\r\n" + kHost + "X: " + padding.substr(0, 200) + "\r\n\r\n", limits);
        CHECK(body_of(answer) == "HTTP header is larger than 100 bytes.");
    }
    SUBCASE("declared body") {
        const std::string answer =
            answer_to("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 10485761\r\n\r\n");
        CHECK(answer.substr(0, 13) == "HTTP/1.1 413 ");
        CHECK(body_of(answer) == "HTTP content length exceeded 10485760 bytes.");
    }
    SUBCASE("chunked body") {
        Limits limits;
        limits.body_bytes_max = 1000;
        const std::string answer =
            answer_to("POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                          padding + "\r\n",
                      limits);
        CHECK(answer.substr(0, 13) == "HTTP/1.1 413 ");
        CHECK(body_of(answer) == "HTTP content length exceeded 10485760 bytes.");
    }
}

TEST_CASE("a client that goes on sending after a rejection can still read it") {
    TestServer server(echo);
    Client client(server.port());
    const std::string answer_head = "HTTP/1.1 413 ";
    std::thread sender([&] {
        client.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 10485761\r\n\r\n");
        client.send(std::string(2'000'000, 'x'));
    });
    sender.join();
    CHECK(client.receive_until("\r\n").substr(0, answer_head.size()) == answer_head);
    const std::string rest = client.receive_all();
    CHECK(rest.find("10485760 bytes.") != std::string::npos);
    CHECK(rest.back() != '!');
}

TEST_CASE("unread bodies are drained if they are small, and end the connection if not") {
    TestServer server(ignore_body);
    Client small(server.port());
    small.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 100000\r\n\r\n");
    CHECK(has_line(small.receive_response(), "Connection: keep-alive"));
    small.send(std::string(100'000, 'x') + "GET / HTTP/1.1\r\n" + kHost + "\r\n");
    CHECK(body_of(small.receive_response()) == "ok");

    Client large(server.port());
    large.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 10000000\r\n\r\n");
    CHECK(has_line(large.receive_response(), "Connection: close"));
}

TEST_CASE("slow clients are cut off") {
    SUBCASE("head") {
        TestServer server(echo, short_limits());
        Client client(server.port());
        client.send("GET / HTTP/1.1\r\nHo");
        CHECK(client.receive_all().empty());
    }
    SUBCASE("idle") {
        TestServer server(echo, short_limits());
        Client client(server.port());
        CHECK(client.receive_all().empty());
    }
    SUBCASE("body") {
        TestServer server(echo, short_limits());
        Client client(server.port());
        client.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 10\r\n\r\nabc");
        CHECK(client.receive_all().substr(0, 13) == "HTTP/1.1 408 ");
    }
}

TEST_CASE("a client that does not read its answer is cut off") {
    const auto handler = [](Request&, ResponseWriter& writer) -> worker::Task<> {
        const std::string piece(100'000, 'x');
        const ResponseHead head{.status = 200, .reason = {}, .fields = {}};
        co_await writer.start(head, std::nullopt);
        for (;;) {
            const bool written = co_await writer.write(piece);
            if (!written) break;
        }
    };
    TestServer server(handler, short_limits());
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
    CHECK(client.receive_until("\r\n").substr(0, 12) == "HTTP/1.1 200");
    CHECK(server.has_no_connections());
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

TEST_CASE("a client that always has a request ready does not starve the others") {
    std::atomic<bool> stop{false};
    TestServer server(ignore_body);
    Client greedy(server.port());
    std::thread sender([&] {
        std::string requests;
        for (int i = 0; i < 1000; ++i) requests += "GET / HTTP/1.1\r\n" + kHost + "\r\n";
        while (!stop && greedy.send(requests)) {
        }
        greedy.end_sending();
    });
    std::thread reader([&] { greedy.receive_all(); });
    for (int i = 0; i < 20; ++i) {
        Client other(server.port());
        other.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
        CHECK(body_of(other.receive_response()) == "ok");
    }
    stop = true;
    sender.join();
    reader.join();
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

TEST_CASE("the handler sees who is calling") {
    std::string seen;
    const auto handler = [&seen](Request& request, ResponseWriter& writer) {
        seen = std::string(request.peer.ip) + " " + std::to_string(request.peer.address.port());
        return ignore_body(request, writer);
    };
    TestServer server(handler);
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\n" + kHost + "\r\n");
    client.receive_response();
    sockaddr_in own{};
    socklen_t length = sizeof own;
    REQUIRE(::getsockname(client.descriptor(), reinterpret_cast<sockaddr*>(&own), &length) == 0);
    server.on_reactor([&] {  // whose `seen` is
        CHECK(seen == "127.0.0.1 " + std::to_string(ntohs(own.sin_port)));
    });
}

TEST_CASE("connections beyond the maximum wait until one ends") {
    Limits limits;
    limits.connections_max = 1;
    TestServer server(echo, limits);
    auto first = std::make_unique<Client>(server.port());
    first->send("GET /1 HTTP/1.1\r\n" + kHost + "\r\n");
    CHECK(body_of(first->receive_response()) == "GET /1 ");
    Client second(server.port());
    second.send("GET /2 HTTP/1.1\r\n" + kHost + "\r\n");
    CHECK(server.connection_count() == 1);
    first.reset();
    CHECK(body_of(second.receive_response()) == "GET /2 ");
}
