#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "common/snapshot/decode.hpp"
#include "control-plane/publish/source.hpp"
#include "tests/integration/service/installation.hpp"

// The rules on the real database: what it stores is what they wrote, and two at once obey them too.

namespace turnpike::store {
namespace {

using json::Array;
using json::Object;
using json::Value;

Value attaching(const std::string& plan, const std::string& key) {
    return Object{{"usagePlanId", plan}, {"keyId", key}, {"keyType", "API_KEY"}};
}

TEST_CASE("a stage comes back as it was patched") {
    Installation call;
    const std::string api = call.deployed_api({"dev"});
    const auto patch = [](const char* path, const char* value) {
        return Object{{"op", "replace"}, {"path", path}, {"value", value}};
    };
    const Value named = Object{{"restApiId", api}, {"stageName", "dev"}};
    Value input = named;
    input["patchOperations"] = Array{patch("/~1pets~1{id}/GET/throttling/rateLimit", "50"),
                                     patch("/canarySettings/percentTraffic", "0.0"),
                                     patch("/variables/host", "a.example")};
    const Value answer = call.ok("UpdateStage", input);
    CHECK(call.ok("GetStage", named) == answer);
    const Value* settings = answer.object("methodSettings").find("~1pets~1{id}/GET");
    REQUIRE(settings != nullptr);
    CHECK(json::write(*settings->find("throttlingRateLimit")) == "50.0");
    CHECK(json::write(*answer.find("canarySettings")->find("percentTraffic")) == "0.0");
}

TEST_CASE("the same draft has one document, and it goes with its last deployment") {
    Installation call;
    const std::string api = call.deployed_api({"one", "two"});
    CHECK(call.test.server.query("SELECT count(*) FROM blobs") == "1");
    call.ok("DeleteRestApi", Object{{"restApiId", api}});
    CHECK(call.test.server.query("SELECT count(*) FROM blobs") == "0");
}

TEST_CASE("keys are found by their current name in lists and plans") {
    Installation call;
    const std::string api = call.deployed_api({"dev"});
    const std::string plan = call.plan(api, "dev");
    const std::string key = call.key("alpha_1");
    call.key("alphaX1");
    CHECK(call.ok("CreateUsagePlanKey", attaching(plan, key)).text("value").size() == 40);
    const auto count = [&](const char* operation, const char* prefix) {
        return call.ok(operation, Object{{"usagePlanId", plan}, {"nameQuery", prefix}})
            .array("items")
            .size();
    };
    CHECK(count("GetApiKeys", "alpha") == 2);
    CHECK(count("GetApiKeys", "alpha_") == 1);
    CHECK(count("GetUsagePlanKeys", "alpha") == 1);
    call.ok("UpdateApiKey",
            Object{{"apiKey", key},
                   {"patchOperations",
                    Array{Object{{"op", "replace"}, {"path", "/name"}, {"value", "beta"}}}}});
    CHECK(count("GetUsagePlanKeys", "alpha") == 0);
    CHECK(count("GetUsagePlanKeys", "beta") == 1);
    CHECK(call.ok("GetUsagePlans", Object{{"keyId", key}}).array("items").size() == 1);
    call.ok("DeleteApiKey", Object{{"apiKey", key}});
    CHECK(count("GetUsagePlanKeys", "") == 0);
}

TEST_CASE("what is published can be read by a worker") {
    Installation call;
    const std::string api = call.deployed_api({"dev"});
    const std::string plan = call.plan(api, "dev");
    const std::string key = call.key("k");
    call.ok("CreateUsagePlanKey", attaching(plan, key));
    auto& source = call.test.database.publication();
    const auto stage = source.stage(api, "dev");
    REQUIRE(stage);
    CHECK(snapshot::decode_stage(json::write(stage->record)));
    const auto document = source.blob(stage->record.text("snapshot"));
    REQUIRE(document);
    CHECK(snapshot::decode_deployment(*document));
    CHECK(snapshot::decode_plan(json::write(*source.plan(plan))));
    const auto decoded = snapshot::decode_key(json::write(source.key(key)->record));
    REQUIRE(decoded);
    CHECK(decoded->plan_ids == std::vector<std::string>{plan});
}

TEST_CASE("which requests are recorded reaches the workers with the stage") {
    Installation call;
    const std::string api = call.deployed_api({"dev", "prod"});
    Value input = Object{{"restApiId", api}, {"stageName", "dev"}};
    const auto published = [&call, &api](const char* stage) {
        const auto record = call.test.database.publication().stage(api, stage)->record;
        return snapshot::decode_stage(json::write(record)).value().explain;
    };
    CHECK(published("dev").percent_traffic == 0);
    input["percentTraffic"] = 0.1;
    input["dataTraceEnabled"] = true;
    const Value answer = call.ok("PutExplainSettings", input);
    CHECK(call.ok("GetExplainSettings", input) == answer);
    CHECK(json::write(*answer.find("percentTraffic")) == "0.1");
    CHECK(published("dev").percent_traffic == 0.1);
    CHECK(published("dev").data_trace_enabled);
    CHECK(published("prod").percent_traffic == 0);
    input["percentTraffic"] = 101.0;
    CHECK_FALSE(call("PutExplainSettings", input));
    CHECK(published("dev").percent_traffic == 0.1);
}

TEST_CASE("a key that joins several plans of one stage at once is in one") {
    Installation call;
    const std::string api = call.deployed_api({"dev"});
    const std::string key = call.key("k");
    std::atomic<int> attached = 0;
    std::vector<std::function<void()>> works;
    for (int i = 0; i < 4; ++i) {
        works.emplace_back([&call, &attached, key, plan = call.plan(api, "dev")] {
            if (call("CreateUsagePlanKey", attaching(plan, key))) ++attached;
        });
    }
    at_once(works);
    CHECK(attached == 1);
}

TEST_CASE("a plan never keeps a stage that is deleted while it joins") {
    Installation call;
    for (int round = 0; round < 5; ++round) {
        const std::string api = call.deployed_api({"dev"});
        const Value input =
            Object{{"name", "p"}, {"apiStages", Array{Object{{"apiId", api}, {"stage", "dev"}}}}};
        at_once({[&] { static_cast<void>(call("CreateUsagePlan", input)); },
                 [&] {
                     static_cast<void>(
                         call("DeleteStage", Object{{"restApiId", api}, {"stageName", "dev"}}));
                 }});
    }
    const Value plans = call.ok("GetUsagePlans", Object{});
    for (const Value& plan : plans.array("items")) CHECK(plan.array("apiStages").empty());
}

}  // namespace
}  // namespace turnpike::store
