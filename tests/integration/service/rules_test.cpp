#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/snapshot/decode.hpp"
#include "control-plane/publish/source.hpp"
#include "control-plane/service/bindings.hpp"
#include "tests/integration/store/fixture.hpp"

// The rules on the real database: what it stores is what they wrote, and two at once obey them too.

namespace turnpike::store {
namespace {

using json::Array;
using json::Object;
using json::Value;
using service::Binding;

struct Installation {
    Result<Value> operator()(std::string_view operation, const Value& input) {
        const std::array<std::span<const Binding>, 10> tables{
            service::rest_api_bindings(),       service::resource_bindings(),
            service::method_bindings(),         service::integration_bindings(),
            service::deployment_bindings(),     service::stage_bindings(),
            service::api_key_bindings(),        service::usage_plan_bindings(),
            service::usage_plan_key_bindings(), service::tag_bindings()};
        for (const auto& table : tables) {
            for (const Binding& binding : table) {
                if (binding.operation != operation) continue;
                const service::Call call{input, settings, WallTime{Seconds{1'774'818'307}}, {}};
                return test.database.store().run(binding.read_only,
                                                 [&](service::Transaction& transaction) {
                                                     return binding.handler(transaction, call);
                                                 });
            }
        }
        return internal_error("no binding for " + std::string(operation));
    }
    Value ok(std::string_view operation, const Value& input) {
        auto answer = (*this)(operation, input);
        if (!answer) FAIL(operation << ": " << answer.error().message << answer.error().detail);
        return *std::move(answer);
    }
    /// An API with GET / and a deployment to each of the stages.
    std::string deployed_api(const std::vector<std::string>& stages) {
        const Value made = ok("CreateRestApi", Object{{"name", "pets"}});
        const std::string api(made.text("id"));
        Value method = Object{{"restApiId", api},
                              {"resourceId", made.text("rootResourceId")},
                              {"httpMethod", "GET"},
                              {"authorizationType", "NONE"}};
        ok("PutMethod", method);
        method["type"] = "MOCK";
        ok("PutIntegration", method);
        for (const std::string& stage : stages) {
            ok("CreateDeployment", Object{{"restApiId", api}, {"stageName", stage}});
        }
        return api;
    }
    std::string plan(const std::string& api, const std::string& stage) {
        const Value input =
            Object{{"name", "p"}, {"apiStages", Array{Object{{"apiId", api}, {"stage", stage}}}}};
        return std::string(ok("CreateUsagePlan", input).text("id"));
    }
    std::string key(const std::string& name) {
        return std::string(
            ok("CreateApiKey", Object{{"name", name}, {"enabled", true}}).text("id"));
    }

    TestDatabase test;
    service::Installation settings;
};

Value attaching(const std::string& plan, const std::string& key) {
    return Object{{"usagePlanId", plan}, {"keyId", key}, {"keyType", "API_KEY"}};
}

void at_once(const std::vector<std::function<void()>>& works) {
    std::vector<std::thread> threads;
    for (const auto& work : works) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
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
