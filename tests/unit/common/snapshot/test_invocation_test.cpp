#include "common/snapshot/test_invocation.hpp"

#include <doctest/doctest.h>

#include "common/json/value.hpp"

using namespace turnpike;
using namespace turnpike::snapshot;

namespace {

constexpr std::string_view kCall =
    R"({"document":"d1","resourceId":"r1","httpMethod":"GET","path":"/pets?x=1",
        "headers":[["X-A","1"],["X-A","2"]],"body":"text","stageVariables":{"a":"b"},
        "userAgent":"agent","userArn":"arn","user":"bob"})";

/// The call with one member in place of the one that it has.
std::string changed(std::string_view member, json::Value value) {
    json::Value call = *json::parse(kCall);
    call[member] = std::move(value);
    return json::write(call);
}

}  // namespace

TEST_CASE("a call is read as it was written") {
    const auto call = decode_test_call(kCall);
    REQUIRE(call);
    CHECK(call->document == "d1");
    CHECK(call->resource_id == "r1");
    CHECK(call->http_method == "GET");
    CHECK(call->path == "/pets?x=1");
    CHECK(call->headers == model::StringMap{{"X-A", "1"}, {"X-A", "2"}});
    CHECK(call->body == "text");
    CHECK(call->stage_variables == model::StringMap{{"a", "b"}});
    CHECK(call->user_agent == "agent");
    CHECK(call->user_arn == "arn");
    CHECK(call->user == "bob");
}

TEST_CASE("calls that are too large or of another form are refused") {
    CHECK_FALSE(decode_test_call("{"));
    CHECK_FALSE(decode_test_call("[]"));
    CHECK_FALSE(decode_test_call(changed("path", nullptr)));
    CHECK_FALSE(decode_test_call(changed("path", std::string(20'000, 'x'))));
    CHECK_FALSE(decode_test_call(changed("headers", json::Array{"X-A"})));
    CHECK_FALSE(decode_test_call(changed("headers", json::Array{json::Array{"X-A", 1}})));
    CHECK_FALSE(decode_test_call(changed("headers", json::Array(101, json::Array{"a", "b"}))));
    CHECK_FALSE(
        decode_test_call(changed("body", std::string(test_limits::kBodyBytesMax + 1, 'x'))));
    CHECK_FALSE(decode_test_call(changed("stageVariables", json::Object{{"a", 1}})));
}

TEST_CASE("an answer has the contract's members, and every value of a header") {
    TestAnswer answer;
    answer.status = 201;
    answer.body = "made";
    answer.headers = {{"X-A", "1"}, {"X-B", "2"}, {"X-A", "3"}};
    answer.log = "lines\n";
    answer.latency = Milliseconds{7};
    CHECK(encode_test_answer(answer) ==
          R"({"status":201,"body":"made","headers":{"X-A":"3","X-B":"2"},)"
          R"("multiValueHeaders":{"X-A":["1","3"],"X-B":["2"]},"log":"lines\n","latency":7})");
}

TEST_CASE("bytes that are no text are replaced, each, so that the answer is JSON") {
    TestAnswer answer;
    answer.body = "a\xff\xc3\xa9\xc3(\xed\xa0\x80z\xf0\x9f\x98\x80";
    const auto read = json::parse(encode_test_answer(answer));
    REQUIRE(read);
    CHECK(read->text("body") ==
          "a\xEF\xBF\xBD\xc3\xa9\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"
          "\xf0\x9f\x98\x80");
}

TEST_CASE("a refusal tells its reason") {
    CHECK(encode_test_answer(invalid("why")) == R"({"refused":"why"})");
    CHECK(encode_test_answer(unavailable("detail")) == R"({"refused":"detail"})");
}
