#include "control-plane/api/connection.hpp"

#include <doctest/doctest.h>

#include "control-plane/api/limits.hpp"

using namespace turnpike;
using namespace turnpike::api;

namespace {

constexpr SteadyTime kStart{};

/// Answers what it got.
class Echo final : public RequestHandler {
public:
    std::optional<Answer> precheck(const access::RequestHead& head) override {
        for (const auto& field : head.fields) {
            if (field.name == "X-Refuse") return encode(unknown_route());
        }
        return std::nullopt;
    }
    Reply handle(const Request& request) override {
        ++calls;
        last_target = request.head.target;
        Answer answer{
            200, {{"X-Method", std::string(request.head.method)}}, std::string(request.body)};
        if (request.path != "/later") return {answer};
        return {{}, [answer] { return answer; }};
    }
    int calls = 0;
    std::string last_target;
};

struct Fixture {
    Echo handler;
    BodyBudget budget{api::limits::kBodiesBytesMax};
    Connection connection{handler, budget, kStart};

    std::string send(std::string_view bytes) { return connection.receive(bytes, kStart); }
};

int count_of(std::string_view text, std::string_view piece) {
    int count = 0;
    for (std::size_t at = text.find(piece); at != text.npos; at = text.find(piece, at + 1)) ++count;
    return count;
}

bool is_json_error(std::string_view answer, std::string_view status, std::string_view type) {
    return answer.starts_with("HTTP/1.1 " + std::string(status)) &&
           answer.find("x-amzn-ErrorType: " + std::string(type) + "\r\n") != answer.npos &&
           answer.find("Content-Type: application/json\r\n") != answer.npos &&
           answer.find("x-amzn-RequestId: ") != answer.npos &&
           answer.find("{\"message\":") != answer.npos;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an answer may come later, and requests sent ahead wait for it") {
    CHECK(send("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
               "GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
              .empty());
    CHECK(handler.calls == 1);
    const auto later = connection.take_later();
    REQUIRE(later);
    CHECK_FALSE(connection.take_later());
    CHECK(send("GET /third HTTP/1.1\r\nHost: x\r\n").empty());
    const std::string answers = connection.answer(later(), kStart);
    CHECK(answers.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answers.find("\r\n\r\nhiHTTP/1.1 200 OK\r\n") != answers.npos);
    CHECK(handler.last_target == "/next");
    send("\r\n");
    CHECK(handler.last_target == "/third");
}

TEST_CASE_FIXTURE(Fixture, "an answer that comes too late is dropped") {
    send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto later = connection.take_later();
    CHECK(connection.deadline() == kStart + api::limits::kLateAnswerTimeout);
    CHECK(is_json_error(connection.time_out(), "408", "RequestTimeoutException"));
    CHECK(connection.answer(later(), kStart).empty());
}

TEST_CASE_FIXTURE(Fixture, "who sends too much ahead of an answer is cut off") {
    send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    send(std::string(api::limits::kHeldBytesMax, 'a'));
    CHECK_FALSE(connection.is_ending());
    send("a");
    CHECK(connection.is_ending());
    CHECK(connection.answer({}, kStart).empty());
}

TEST_CASE_FIXTURE(Fixture, "a request is answered and the connection stays") {
    const std::string answer =
        send("POST /restapis?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.ends_with("Content-Length: 2\r\n\r\nhi"));
    CHECK(handler.last_target == "/restapis?a=b");
    CHECK_FALSE(connection.is_ending());
}

TEST_CASE_FIXTURE(Fixture, "bytes may come one by one") {
    std::string answer;
    for (const char c :
         std::string_view("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\nabc\r\n0\r\n\r\n")) {
        answer += send({&c, 1});
    }
    CHECK(answer.ends_with("\r\n\r\nabc"));
}

TEST_CASE_FIXTURE(Fixture, "pipelined requests are answered in order") {
    const std::string answer = send(
        "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
        "PUT /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        "POST /3 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nz"
        "GET /4 HTTP/1.1\r\nHo");
    CHECK(handler.calls == 3);
    CHECK(answer.find("GET") < answer.find("PUT"));
    CHECK(answer.find("PUT") < answer.find("POST"));
    CHECK(send("st: x\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_CASE_FIXTURE(Fixture, "Expect: 100-continue is answered before the body comes") {
    CHECK(send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n") ==
          "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(send("a").starts_with("HTTP/1.1 200"));
}

TEST_CASE_FIXTURE(Fixture, "a caller who is refused sends no body") {
    const std::string answer = send(
        "PUT / HTTP/1.1\r\nHost: x\r\nX-Refuse: 1\r\nContent-Length: 100\r\nExpect: "
        "100-continue\r\n\r\n");
    CHECK(is_json_error(answer, "403", "MissingAuthenticationTokenException"));
    CHECK(answer.find("100 Continue") == answer.npos);
    CHECK(connection.is_ending());
    CHECK(handler.calls == 0);
}

TEST_CASE_FIXTURE(Fixture, "a refused request without a body leaves the connection open") {
    CHECK(is_json_error(send("GET / HTTP/1.1\r\nHost: x\r\nX-Refuse: 1\r\n\r\n"), "403",
                        "MissingAuthenticationTokenException"));
    CHECK_FALSE(connection.is_ending());
}

TEST_CASE_FIXTURE(Fixture, "a body over the limit is refused by its length alone") {
    CHECK(is_json_error(send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 20971521\r\n\r\n"),
                        "413", "RequestEntityTooLargeException"));
    CHECK(connection.is_ending());
}

TEST_CASE_FIXTURE(Fixture, "a chunked body over the limit is refused when it passes it") {
    send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "100000\r\n" + std::string(0x100000, 'a') + "\r\n";
    for (int i = 0; i < 20; ++i) CHECK(send(chunk).empty());
    CHECK(is_json_error(send(chunk), "413", "RequestEntityTooLargeException"));
}

TEST_CASE("bodies of all connections together are bounded") {
    Echo handler;
    BodyBudget budget{10};
    Connection first{handler, budget, kStart};
    CHECK(first.receive("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n", kStart).empty());
    {
        Connection second{handler, budget, kStart};
        CHECK(is_json_error(
            second.receive("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", kStart), "503",
            "ServiceUnavailableException"));
    }
    CHECK(first.receive("12345678", kStart).starts_with("HTTP/1.1 200"));
    Connection third{handler, budget, kStart};
    CHECK(third.receive("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", kStart)
              .starts_with("HTTP/1.1 200"));
}

TEST_CASE("what is ambiguous is refused with JSON and ends the connection") {
    for (const std::string_view bytes :
         {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
          "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n",
          "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
          "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
          "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
          "\x16\x03\x01\x02\r\n\r\n"}) {
        Fixture fixture;
        const std::string answer = fixture.send(bytes);
        CHECK_MESSAGE(is_json_error(answer, "400", "BadRequestException"), bytes, " -> ", answer);
        CHECK(count_of(answer, "HTTP/1.1") == 1);
        CHECK(fixture.connection.is_ending());
        CHECK(fixture.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").empty());
    }
}

TEST_CASE("heads over their limits are refused") {
    Fixture target;
    CHECK(is_json_error(
        target.send("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), "414",
        "RequestUriTooLongException"));
    Fixture header;
    CHECK(is_json_error(
        header.send("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(40'000, 'a') + "\r\n\r\n"),
        "431", "RequestHeaderFieldsTooLargeException"));
}

TEST_CASE_FIXTURE(Fixture, "HEAD gets the head only") {
    const std::string answer = send("HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    CHECK(answer.ends_with("Content-Length: 2\r\n\r\n"));
}

TEST_CASE_FIXTURE(Fixture, "Connection: close and HTTP/1.0 end the connection after the answer") {
    const std::string answer = send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(answer.find("Connection: close\r\n") != answer.npos);
    CHECK(connection.is_ending());
    Fixture old;
    old.send("GET / HTTP/1.0\r\n\r\n");
    CHECK(old.connection.is_ending());
}

TEST_CASE_FIXTURE(Fixture, "a client that stops in the middle of a request is told so") {
    send("GET / HTTP/1.1\r\nHo");
    CHECK(connection.deadline() == kStart + api::limits::kHeadTimeout);
    CHECK(is_json_error(connection.time_out(), "408", "RequestTimeoutException"));
}

TEST_CASE_FIXTURE(Fixture, "an idle connection ends without a word") {
    send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(connection.deadline() == kStart + api::limits::kIdleTimeout);
    CHECK(connection.time_out().empty());
    CHECK(connection.is_ending());
}
