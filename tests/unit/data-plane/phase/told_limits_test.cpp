#include <doctest/doctest.h>

#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

/// What callers of a stage are told of their limits: fields of answers, and GET /_usage.
namespace {

std::string mock(std::string_view members) {
    return R"("GET":{"httpMethod":"GET","authorizationType":"NONE")" + std::string(members) +
           R"(,"methodResponses":{"200":{"statusCode":"200"}},
              "methodIntegration":{"type":"MOCK",
                "requestTemplates":{"application/json":"{\"statusCode\": 200}"},
                "integrationResponses":{"200":{"statusCode":"200"}}}})";
}

limits::Notice some_notice() {
    limits::Notice notice;
    notice.policies = {{{20, 2}, {1000, 86'400}}};
    notice.policy_count = 2;
    notice.limit = 20;
    notice.remaining = 7;
    notice.reset_s = 1;
    notice.retry_s = 3;
    return notice;
}

Gateway::Options telling(bool headers, bool usage) {
    Gateway::Options options;
    options.resources = {{"/pets", mock("")}, {"/_usage", mock("")}};
    options.notice = some_notice();
    options.change_stage = [=](model::Stage& stage) {
        stage.limits.headers_enabled = headers;
        stage.limits.usage_enabled = usage;
    };
    model::UsagePlan plan;
    plan.id = "plan1";
    plan.name = "gold \"1\"";
    plan.stages = {{"abc123", "prod", {}}};
    plan.throttle = model::Throttle{10, 20};
    plan.quota = model::Quota{1000, 0, "DAY", 0};
    options.plans = {plan};
    options.keys = {{"good-key", "k1", true, {"plan1"}}, {"off-key", "k2", false, {"plan1"}}};
    options.usage.throttle = limits::BucketState{18, 2};
    options.usage.quota = limits::QuotaState{{}, 1005, 40, 3};
    options.usage.quota_reset = Milliseconds(60'001);
    return options;
}

std::string usage_of(const Gateway& gateway) {
    return gateway.call("GET /prod/_usage", "x-api-key: good-key\r\n");
}

}  // namespace

TEST_CASE("callers are told nothing unless the stage says so") {
    const Gateway gateway(telling(false, false));
    for (int i = 0; i < 2; ++i) {
        const std::string response = gateway.call("GET /prod/pets");
        CHECK(status_of(response) == 200);
        CHECK(response.find("RateLimit") == std::string::npos);
        CHECK(response.find("Retry-After") == std::string::npos);
    }
    CHECK(gateway.notices() == 0);
}

TEST_CASE("answers carry what is left, those of errors too") {
    Gateway::Options options = telling(true, false);
    options.resources.emplace_back("/broken",
                                   R"("GET":{"httpMethod":"GET","authorizationType":"NONE"})");
    const Gateway gateway(options);
    for (const auto& [target, status] :
         {std::pair{"GET /prod/pets", 200}, std::pair{"GET /prod/pets", 200},  // awaited
          std::pair{"GET /prod/broken", 500}}) {
        const std::string response = gateway.call(target);
        CHECK(status_of(response) == status);
        CHECK(field_of(response, "RateLimit-Limit") == "20");
        CHECK(field_of(response, "RateLimit-Remaining") == "7");
        CHECK(field_of(response, "RateLimit-Reset") == "1");
        CHECK(field_of(response, "RateLimit-Policy") == "20;w=2, 1000;w=86400");
        CHECK(response.find("Retry-After") == std::string::npos);
    }
    // It never came as far as the limits.
    CHECK(gateway.call("GET /prod/nowhere").find("RateLimit") == std::string::npos);
}

TEST_CASE("a refusal tells when to come again") {
    Gateway::Options options = telling(true, false);
    options.verdict = {limits::Level::Account, {1, 1}, false};
    const Gateway gateway(options);
    for (int i = 0; i < 2; ++i) {
        const std::string response = gateway.call("GET /prod/pets");
        CHECK(status_of(response) == 429);
        CHECK(field_of(response, "Retry-After") == "3");
        CHECK(field_of(response, "RateLimit-Limit") == "20");
    }
}

TEST_CASE("what the back end says of limits of its own is replaced") {
    const Backend backend([](Peer peer, int) {
        peer.read_request();
        peer.send(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nRateLimit-Limit: 99\r\n"
            "ratelimit-remaining: 98\r\nRetry-After: 5\r\n\r\n");
    });
    Gateway::Options options = telling(true, false);
    options.resources = {{"/proxy", proxy_method("GET", backend.origin() + "/")}};
    const Gateway gateway(options);
    const std::string response = gateway.call("GET /prod/proxy");
    CHECK(field_of(response, "RateLimit-Limit") == "20");
    CHECK(response.find("emaining: 98") == std::string::npos);
    CHECK(response.find("imit: 99") == std::string::npos);
    CHECK(field_of(response, "Retry-After") == "5");  // there is none of ours
}

TEST_CASE("a key holder sees what is left of the plan, and takes nothing of it") {
    Gateway::Options options = telling(true, true);
    options.verdict = {limits::Level::Quota, {}, false};
    const Gateway gateway(options);
    for (int i = 0; i < 2; ++i) {  // told at once, and awaited
        const std::string response = usage_of(gateway);
        CHECK(status_of(response) == 200);
        CHECK(
            body_of(response) ==
            R"({"plan":"gold \"1\"","throttle":{"rateLimit":10.0,"burstLimit":20,"remaining":18},)"
            R"("quota":{"limit":1005,"period":"DAY","used":40,"remaining":962,"reset":61},)"
            R"("degraded":false})");
        CHECK(field_of(response, "Content-Type") == "application/json");
        CHECK(field_of(response, "Cache-Control") == "no-store");
        CHECK(response.find("RateLimit") == std::string::npos);
        CHECK(response.find("good-key") == std::string::npos);
    }
    CHECK(gateway.notices() == 0);
    CHECK(gateway.logged().back().status == 200);
    CHECK(gateway.logged().back().api_key_id == "k1");
}

TEST_CASE("usage needs a key that may call the stage, like any method with one") {
    const Gateway gateway(telling(false, true));
    for (const char* fields : {"", "x-api-key: wrong\r\n", "x-api-key: off-key\r\n"}) {
        const std::string response = gateway.call("GET /prod/_usage", fields);
        CHECK(status_of(response) == 403);
        CHECK(body_of(response) == R"({"message":"Forbidden"})");
    }
    CHECK(gateway.logged().back().phase == "check_api_key");
}

TEST_CASE("what Redis did not tell is left out") {
    Gateway::Options options = telling(false, true);
    options.usage = {};
    options.usage.is_degraded = true;
    const Gateway gateway(options);
    CHECK(body_of(usage_of(gateway)) ==
          R"({"plan":"gold \"1\"","throttle":{"rateLimit":10.0,"burstLimit":20},)"
          R"("quota":{"limit":1000,"period":"DAY"},"degraded":true})");
}

TEST_CASE("the path is the API's own unless the stage takes it, and other methods of it stay") {
    const Gateway ordinary(telling(false, false));
    CHECK(status_of(ordinary.call("GET /prod/_usage")) == 200);
    CHECK(body_of(ordinary.call("GET /prod/_usage")).empty());
    Gateway::Options options = telling(false, true);
    options.resources.pop_back();
    options.resources.emplace_back("/_usage",
                                   R"("POST":{"httpMethod":"POST","authorizationType":"NONE",
            "methodResponses":{"200":{"statusCode":"200"}},
            "methodIntegration":{"type":"MOCK",
                "requestTemplates":{"application/json":"{\"statusCode\": 200}"},
                "integrationResponses":{"200":{"statusCode":"200"}}}})");
    const Gateway gateway(options);
    CHECK(status_of(gateway.call("POST /prod/_usage")) == 200);
    CHECK(status_of(gateway.call("GET /prod/_usage")) == 403);
    CHECK(status_of(gateway.call("GET /prod/_usage/x")) == 403);
    CHECK(field_of(gateway.call("GET /prod/_usage/x"), "x-amzn-ErrorType") ==
          "MissingAuthenticationTokenException");
}
