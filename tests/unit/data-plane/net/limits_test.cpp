#include <doctest/doctest.h>

#include <atomic>

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

void check_rejected(const std::string& bytes, int status) {
    CAPTURE(bytes.substr(0, 200));
    const std::string answer = answer_to(bytes);
    CHECK(answer.substr(0, 13) == "HTTP/1.1 " + std::to_string(status) + " ");
    CHECK(has_line(answer, "Connection: close"));
    CHECK(answer.find("HTTP/1.1", 8) == std::string::npos);  // nothing after it was served
}

}  // namespace

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
