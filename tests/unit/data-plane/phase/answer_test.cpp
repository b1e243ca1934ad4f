// Answers of back ends that are collected, compressed or not read at all.
#include <doctest/doctest.h>

#include <future>
#include <thread>

#include "common/http/content_coding.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

/// More than one read takes, more than is awaited whole.
constexpr std::size_t kLong = 60'000;

std::string one_method(std::string_view integration) {
    return R"("GET":{"httpMethod":"GET","authorizationType":"NONE",
        "methodResponses":{"200":{"statusCode":"200"}},"methodIntegration":{)" +
           std::string(integration) + "}}";
}

Gateway::Options one(std::string_view integration, std::string_view api_members = "") {
    Gateway::Options options;
    options.resources = {{"/a", one_method(integration)}};
    options.rest_api_members = std::string(api_members);
    return options;
}

std::string mapping_fields(const auto& backend, std::string_view response_template) {
    return R"("type":"HTTP","httpMethod":"GET","uri":")" + backend.origin() +
           R"(","integrationResponses":{"200":{"statusCode":"200","responseParameters":{
               "method.response.header.X-Last":"integration.response.header.X-Mine",
               "method.response.header.X-All":"integration.response.multivalueheader.x-mine"},
               "responseTemplates":{"application/json":")" +
           std::string(response_template) + "\"}}}";
}

std::string chunked_answer(std::string_view body) {
    std::string answer =
        "HTTP/1.1 200 OK\r\nX-Mine: 1\r\nX-Mine: 2\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 0x1000) {
        answer += "1000\r\n" + std::string(body.substr(at, 0x1000)) + "\r\n";
    }
    return answer + "0\r\n\r\n";
}

std::string long_answer() {
    return "HTTP/1.1 200 OK\r\nX-Mine: 1\r\nX-Mine: 2\r\nContent-Length: " + std::to_string(kLong) +
           "\r\n\r\n" + std::string(kLong, 'x');
}

}  // namespace

TEST_CASE("fields of an answer are mapped however its body comes") {
    for (const std::string& answer : {long_answer(), chunked_answer(std::string(0x10000, 'x'))}) {
        const FixedBackend backend(answer);
        const Gateway gateway(
            one(mapping_fields(backend, "$input.body.length() $context.awsEndpointRequestId")));
        const std::string response = gateway.call("GET /prod/a");
        CHECK(status_of(response) == 200);
        CHECK(field_of(response, "x-last") == "2");
        CHECK(field_of(response, "x-all") == "1,2");
    }
}

TEST_CASE("the back end's request id is known to templates by either name") {
    for (const std::string name : {"x-amzn-RequestId", "x-amz-request-id"}) {
        const FixedBackend backend("HTTP/1.1 200 OK\r\n" + name +
                                   ": theirs\r\nContent-Length: 2\r\n\r\n{}");
        const Gateway gateway(one(mapping_fields(backend, "$context.awsEndpointRequestId")));
        CHECK(body_of(gateway.call("GET /prod/a")) == "theirs");
    }
}

TEST_CASE("a long answer of a proxied back end is compressed with its fields") {
    for (const std::string& answer : {long_answer(), chunked_answer(std::string(0x10000, 'x'))}) {
        const FixedBackend backend(answer);
        const Gateway gateway(
            one(R"("type":"HTTP_PROXY","httpMethod":"GET","uri":")" + backend.origin() + "\"",
                R"(,"minimumCompressionSize":0)"));
        const std::string response =
            gateway.call("GET /prod/a", "Accept-Encoding: br;q=0.1\r\nAccept-Encoding: gzip\r\n");
        CHECK(status_of(response) == 200);
        CHECK(field_of(response, "content-encoding") == "gzip");
        CHECK(field_of(response, "x-mine") == "1");
        CHECK(count_of(response, "x-mine") == 2);
        const auto body = http::decode_content(http::ContentCoding::Gzip, body_of(response), {});
        REQUIRE(body.has_value());
        CHECK(body->size() >= kLong);
    }
}

TEST_CASE("an answer without a body is not compressed") {
    const FixedBackend backend("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    const Gateway gateway(
        one(R"("type":"HTTP_PROXY","httpMethod":"GET","uri":")" + backend.origin() + "\"",
            R"(,"minimumCompressionSize":0)"));
    const std::string response = gateway.call("GET /prod/a", "Accept-Encoding: gzip\r\n");
    CHECK(field_of(response, "content-encoding") == "(absent)");
    CHECK(field_of(response, "content-length") == "0");
}

TEST_CASE("a connection serves again although nobody looked at its answer") {
    for (const std::string& answer :
         {ok_answer("unread"), chunked_answer(std::string(0x8000, 'x')), chunked_answer("")}) {
        const FixedBackend backend(answer);
        const Gateway gateway(one(mapping_fields(backend, "fixed")));
        for (int i = 0; i < 3; ++i) CHECK(body_of(gateway.call("GET /prod/a")) == "fixed");
        CHECK(backend.accepted() == 1);
    }
}

TEST_CASE("the rest of an answer that nobody looks at is read behind the caller's back") {
    std::promise<void> promise;
    const std::shared_future<void> is_answered = promise.get_future().share();
    const Backend backend([is_answered](Peer peer, int) {
        while (!peer.read_request().empty()) {
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nstart\r\n");
            is_answered.wait();
            peer.send("3\r\nend\r\n0\r\n\r\n");
        }
    });
    const Gateway gateway(one(mapping_fields(backend, "fixed")));
    CHECK(body_of(gateway.call("GET /prod/a")) == "fixed");
    promise.set_value();
    const auto deadline = turnpike::steady_now() + std::chrono::seconds(5);
    while (gateway.idle_upstreams() == 0 && turnpike::steady_now() < deadline) {
        std::this_thread::yield();
    }
    CHECK(body_of(gateway.call("GET /prod/a")) == "fixed");
    CHECK(backend.accepted() == 1);
}

TEST_CASE("a long answer that nobody looks at is not waited for") {
    const FixedBackend backend("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\nthe start");
    const Gateway gateway(one(mapping_fields(backend, "fixed")));
    CHECK(body_of(gateway.call("GET /prod/a")) == "fixed");
    CHECK(gateway.idle_upstreams() == 0);
}

TEST_CASE("nobody waits for an unread answer that does not end") {
    const FixedBackend backend(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nstart\r\n");
    const Gateway gateway(one(mapping_fields(backend, "fixed")));
    CHECK(body_of(gateway.call("GET /prod/a")) == "fixed");
    CHECK(gateway.idle_upstreams() == 0);
}

TEST_CASE("a connection survives an answer that no response is configured for") {
    const FixedBackend backend(ok_answer("unread"));
    const Gateway gateway(one(R"("type":"HTTP","httpMethod":"GET","uri":")" + backend.origin() +
                              R"(","integrationResponses":{"200":{"statusCode":"200",
                                  "selectionPattern":"5.."}})"));
    for (int i = 0; i < 2; ++i) CHECK(status_of(gateway.call("GET /prod/a")) == 500);
    CHECK(backend.accepted() == 1);
}
