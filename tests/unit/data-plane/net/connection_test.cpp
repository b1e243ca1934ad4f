#include <doctest/doctest.h>

#include "tests/unit/data-plane/net/harness.hpp"

using namespace turnpike;
using namespace turnpike::net;
using namespace turnpike::net::test;

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
