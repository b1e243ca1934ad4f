#include <doctest/doctest.h>

#include <atomic>

#include "data-plane/limits/admission.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

std::string mock(std::string_view members) {
    return R"("GET":{"httpMethod":"GET")" + std::string(members) +
           R"(,"methodResponses":{"200":{"statusCode":"200"}},
              "methodIntegration":{"type":"MOCK",
                "requestTemplates":{"application/json":"{\"statusCode\": 200}"},
                "integrationResponses":{"200":{"statusCode":"200"}}}})";
}

constexpr std::string_view kOpen = R"(,"authorizationType":"NONE")";
constexpr std::string_view kKeyed = R"(,"authorizationType":"NONE","apiKeyRequired":true)";

Gateway::Options limited(limits::Level level) {
    Gateway::Options options;
    options.resources = {{"/pets", mock(kOpen)}};
    options.verdict = {level, {1, 1}, false};
    options.change_stage = [](model::Stage& stage) {
        model::MethodSettings settings;
        settings.logging_level = "ERROR";
        stage.method_settings = {{"*/*", settings}};
    };
    return options;
}

}  // namespace

TEST_CASE("a throttled request is answered 429, whichever limit refused") {
    for (const auto level : {limits::Level::ClientMethod, limits::Level::Client,
                             limits::Level::StageMethod, limits::Level::Account}) {
        const Gateway gateway(limited(level));
        for (int i = 0; i < 2; ++i) {  // decided at once, and awaited
            const std::string response = gateway.call("GET /prod/pets");
            CHECK(status_of(response) == 429);
            CHECK(body_of(response) == R"({"message":"Too Many Requests"})");
            CHECK(field_of(response, "x-amzn-ErrorType") == "TooManyRequestsException");
        }
        CHECK(gateway.logged().back().error_type == "THROTTLED");
        CHECK(gateway.logged().back().phase == "limit");
        CHECK_FALSE(gateway.logged().back().execution_log.empty());
    }
}

TEST_CASE("a request beyond its quota is answered 429, told apart") {
    Gateway::Options options = limited(limits::Level::Quota);
    options.resources = {{"/pets", mock(kKeyed)}};
    model::UsagePlan plan;
    plan.id = "plan1";
    plan.stages = {{"abc123", "prod", {}}};
    plan.quota = model::Quota{5, 0, "DAY", 0};
    options.plans = {plan};
    options.keys = {{"good-key", "k1", true, {"plan1"}}};
    const Gateway gateway(options);
    const std::string response = gateway.call("GET /prod/pets", "x-api-key: good-key\r\n");
    CHECK(status_of(response) == 429);
    CHECK(body_of(response) == R"({"message":"Limit Exceeded"})");
    CHECK(field_of(response, "x-amzn-ErrorType") == "LimitExceededException");
    CHECK(gateway.logged().back().error_type == "QUOTA_EXCEEDED");
}

TEST_CASE("a worker takes no more requests at a time than it may") {
    std::atomic<bool> is_called = false;
    std::atomic<bool> goes_on = false;
    const Backend backend([&](Peer peer, int) {
        peer.read_request();
        is_called = true;
        is_called.notify_all();
        goes_on.wait(false);
        peer.send(ok_answer());
        peer.read_head();  // until the gateway is done
    });
    Gateway::Options options;
    options.resources = {
        {"/slow", R"("GET":{"httpMethod":"GET","authorizationType":"NONE","methodIntegration":{
             "type":"HTTP_PROXY","httpMethod":"GET","uri":")" +
                      backend.origin() + R"(/"}})"}};
    options.concurrent_max = 1;
    const Gateway gateway(options);
    Peer first = gateway.connect();
    first.send("GET /prod/slow HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n\r\n");
    is_called.wait(false);
    const std::string refused = gateway.call("GET /prod/slow");
    CHECK(status_of(refused) == 429);
    CHECK(body_of(refused) == R"({"message":"Too Many Requests"})");
    goes_on = true;
    goes_on.notify_all();
    CHECK(status_of(first.read_response()) == 200);
    CHECK(status_of(gateway.call("GET /prod/slow")) == 200);
}

TEST_CASE("who may not call at all asks for no token") {
    Gateway::Options options = limited(limits::Level::Account);
    options.resources = {{"/pets", mock(kKeyed)}};
    const Gateway gateway(options);
    CHECK(status_of(gateway.call("GET /prod/pets")) == 403);
}
