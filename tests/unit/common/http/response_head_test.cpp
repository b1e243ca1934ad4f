#include "common/http/response_head.hpp"

#include "tests/unit/common/http/feeding.hpp"

using turnpike::http::BodyFraming;
using turnpike::http::HeadProblem;
using turnpike::http::ResponseHead;
using turnpike::http::Version;
using turnpike::http::testing::parse_response;

namespace {

bool is_refused(std::string_view text) { return parse_response(text).outcome.refused(); }

std::string with_fields(std::string_view status, std::string_view fields) {
    return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields) + "\r\n\r\n";
}

}  // namespace

TEST_CASE("the parts of a response head are found") {
    const auto response =
        parse_response("HTTP/1.1 404 Not Found\r\nContent-Length: 12\r\nX-A: b\r\n\r\nhello");
    REQUIRE(response.outcome.done());
    CHECK(response.head.status() == 404);
    CHECK(response.head.reason() == "Not Found");
    CHECK(response.head.version() == Version::Http11);
    CHECK(response.head.framing() == BodyFraming::Length);
    CHECK(response.head.content_length() == 12);
    CHECK(response.head.keeps_alive());
    CHECK(response.head.fields().size() == 2);
    CHECK(response.outcome.consumed == response.bytes->view().size() - 5);
}

TEST_CASE("a response head is the same however its bytes arrive") {
    using turnpike::http::testing::check_response_feedings;
    check_response_feedings("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    check_response_feedings("HTTP/1.1 200\r\n\r\n");
    check_response_feedings("HTTP/1.0 500 \r\nConnection: keep-alive\r\nX: y\r\n\r\n");
    check_response_feedings("HTTP/1.1 200 OK\nX: y\n\n");
    check_response_feedings("HTTP/1.1 20\r\n\r\n");
    check_response_feedings("HTTP/1.1 200 OK\r\n X: y\r\n\r\n");
    check_response_feedings("HTTP/1.1 200 OK\r\nX: y\rz\r\n\r\n");
    check_response_feedings("ICY 200 OK\r\n\r\n");
}

TEST_CASE("a status line is HTTP/1, three digits, a phrase that may be missing") {
    CHECK(parse_response("HTTP/1.1 200 \r\n\r\n").outcome.done());
    CHECK(parse_response("HTTP/1.1 200\r\n\r\n").outcome.done());
    CHECK(parse_response("HTTP/1.1 999 caf\xc3\xa9\r\n\r\n").head.status() == 999);
    for (const auto line :
         {"HTTP/1.2 200 OK", "HTTP/2 200", "http/1.1 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1 20 OK",
          "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1 +20 OK",
          "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200 a\x01", "HTTP/1.1 200 a\rb", "x",
          "HTTP/1.1", "HTTP/1.1 200OK", " HTTP/1.1 200 OK"}) {
        CAPTURE(line);
        CHECK(is_refused(std::string(line) + "\r\n\r\n"));
    }
    CHECK(is_refused("HTTP/1.1 200 OK\n\n"));
    CHECK(is_refused("\r\nHTTP/1.1 200 OK\r\n\r\n"));
    CHECK(is_refused("HTTP/1.1 200 " + std::string(2000, 'a')));
}

TEST_CASE("a response without a length ends with the connection") {
    const auto response = parse_response(with_fields("200 OK", "Connection: keep-alive"));
    REQUIRE(response.outcome.done());
    CHECK(response.head.framing() == BodyFraming::UntilClose);
    CHECK_FALSE(response.head.keeps_alive());
}

TEST_CASE("answers to HEAD, 1xx, 204 and 304 have no body whatever their fields say") {
    const auto head = parse_response(with_fields("200 OK", "Content-Length: 5"), true);
    CHECK(head.head.framing() == BodyFraming::None);
    CHECK(head.head.declared_length() == 5);
    CHECK(head.head.keeps_alive());
    CHECK(
        parse_response(with_fields("200 OK", "Transfer-Encoding: chunked"), true).head.framing() ==
        BodyFraming::None);
    const auto not_modified = parse_response(with_fields("304 x", "Content-Length: 5"));
    CHECK(not_modified.head.framing() == BodyFraming::None);
    CHECK(not_modified.head.keeps_alive());
    const auto interim = parse_response(with_fields("103 Early Hints", "Link: x"));
    CHECK(interim.head.is_interim());
    CHECK(interim.head.framing() == BodyFraming::None);
    CHECK(parse_response(with_fields("204 x", "X: y")).head.keeps_alive());
    CHECK(parse_response(with_fields("204 x", "Content-Length: 0")).head.keeps_alive());
}

TEST_CASE("a connection whose response announces an impossible body is not reused") {
    CHECK_FALSE(parse_response(with_fields("204 x", "Content-Length: 5")).head.keeps_alive());
    CHECK_FALSE(
        parse_response(with_fields("204 x", "Transfer-Encoding: chunked")).head.keeps_alive());
}

TEST_CASE("response framing in doubt is refused") {
    for (const auto fields :
         {"Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5, 5", "Content-Length: -1",
          "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked",
          "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity", "X : y",
          "X: y\r\n z", "X y"}) {
        CAPTURE(fields);
        CHECK(is_refused(with_fields("200 OK", fields)));
    }
    CHECK(is_refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

TEST_CASE("an HTTP/1.0 upstream keeps the connection only if it says so and gives a length") {
    CHECK(parse_response("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n")
              .head.keeps_alive());
    CHECK_FALSE(parse_response("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n").head.keeps_alive());
    CHECK_FALSE(
        parse_response("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n").head.keeps_alive());
}
