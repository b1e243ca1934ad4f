#include "common/snapshot/stage.hpp"

#include <doctest/doctest.h>

#include "common/snapshot/routing_table.hpp"
#include "tests/unit/common/snapshot/documents.hpp"

using namespace turnpike;
using namespace turnpike::snapshot;
using turnpike::snapshot::test::compile_text;
using turnpike::snapshot::test::deployment_of;
using turnpike::snapshot::test::document_of;

namespace {

constexpr std::string_view kStage = R"({"apiId":"a1b2c3d4e5","apiName":"sample","stageName":"prod",
  "deploymentId":"d1","snapshot":"hash","variables":{"host":"one.example.com","v":"1"},
  "methodSettings":{"*/*":{"throttlingRateLimit":7.5,"throttlingBurstLimit":3},
                    "~1pets~1{id}/GET":{"cachingEnabled":true},
                    "pets/GET":{"metricsEnabled":true}, "~1/GET":{"loggingLevel":"INFO"}},
  "canarySettings":{"deploymentId":"d2","percentTraffic":25.0,"useStageCache":true,
                    "stageVariableOverrides":{"host":"two.example.com","w":"9"}},
  "accessLogSettings":{"format":"$context.requestId"}})";

std::shared_ptr<const CompiledDeployment> api_with_uri() {
    json::Value document =
        document_of({{"GET", "/"}, {"GET", "/pets"}, {"GET", "/pets/{id}"}, {"PUT", "/pets"}});
    for (json::Value& resource : document["resources"].as_array()) {
        if (resource.text("path") != "/pets") continue;
        json::Value& integration = resource["resourceMethods"]["GET"]["methodIntegration"];
        integration["type"] = "HTTP_PROXY";
        integration["httpMethod"] = "GET";
        integration["uri"] = "https://${stageVariables.host}/x";
    }
    return compile_text(json::write(document)).value();
}

std::shared_ptr<const CompiledStage> stage_of(
    const std::shared_ptr<const CompiledDeployment>& deployment,
    const CompiledStage::MeterSlots& slots = {}) {
    return CompiledStage::compile({decode_stage(kStage).value(), deployment, nullptr}, slots);
}

const StageMethod& method_at(const StageVariant& variant, std::string_view path, Verb verb) {
    const RouteMatch match = variant.deployment().match(path, verb);
    REQUIRE(match.method != nullptr);
    return variant.at(*match.method);
}

}  // namespace

TEST_CASE("method settings are found by path and verb, else the stage's default") {
    const auto stage = stage_of(api_with_uri());
    const StageVariant& variant = stage->production();
    CHECK(method_at(variant, "/pets/7", Verb::Get).settings->caching_enabled == true);
    CHECK(method_at(variant, "/pets", Verb::Get).settings->metrics_enabled);
    CHECK(method_at(variant, "/", Verb::Get).settings->logging_level == "INFO");
    CHECK(method_at(variant, "/pets", Verb::Put).settings->throttling_rate_limit == 7.5);
}

TEST_CASE("the canary runs under the stage's variables with its own put over them") {
    const auto stage = stage_of(api_with_uri());
    REQUIRE(stage->has_canary());
    CHECK(*stage->variant(false).variable("host") == "one.example.com");
    CHECK(*stage->variant(true).variable("host") == "two.example.com");
    CHECK(*stage->variant(true).variable("v") == "1");
    CHECK(*stage->variant(true).variable("w") == "9");
    CHECK(stage->variant(false).variable("w") == nullptr);
    CHECK(method_at(stage->variant(false), "/pets", Verb::Get).uri->origin()->host ==
          "one.example.com");
    CHECK(method_at(stage->variant(true), "/pets", Verb::Get).uri->origin()->host ==
          "two.example.com");
    CHECK(stage->variant(true).deployment_id() == "d2");
}

TEST_CASE("the draw decides whether the canary serves") {
    const auto stage = stage_of(api_with_uri());
    CHECK(stage->draws_canary(0.0));
    CHECK(stage->draws_canary(0.2499));
    CHECK_FALSE(stage->draws_canary(0.25));
    model::Stage plain = decode_stage(kStage).value();
    plain.canary->percent_traffic = 100;
    CHECK(CompiledStage::compile({plain, api_with_uri(), nullptr}, {})->draws_canary(0.999999));
    plain.canary->percent_traffic = 0;
    CHECK_FALSE(CompiledStage::compile({plain, api_with_uri(), nullptr}, {})->draws_canary(0.0));
    plain.canary.reset();
    CHECK_FALSE(CompiledStage::compile({plain, api_with_uri(), nullptr}, {})->draws_canary(0.0));
}

TEST_CASE("each method gets its counters, unmatched requests theirs") {
    std::vector<std::string> asked;
    const auto slots = [&asked](const model::Stage& stage, std::string_view path,
                                std::string_view verb) {
        asked.push_back(stage.name + " " + std::string(verb) + " " + std::string(path));
        return static_cast<std::uint32_t>(asked.size());
    };
    const auto stage = stage_of(deployment_of({{"GET", "/a"}}), slots);
    CHECK(asked[0] == "prod  ");
    CHECK(asked[1] == "prod GET /a");
    CHECK(stage->unmatched_meter_slot() == 1);
    CHECK(method_at(stage->production(), "/a", Verb::Get).meter_slot == 2);
}

TEST_CASE("a canary's requests are counted for the stage and besides for its own") {
    std::vector<std::string> asked;
    const auto slots = [&asked](const model::Stage& stage, std::string_view path,
                                std::string_view verb) {
        asked.push_back(stage.api_id + " " + stage.name + " " + std::string(verb) +
                        std::string(path));
        return static_cast<std::uint32_t>(asked.size() - 1);
    };
    const auto stage = stage_of(deployment_of({{"GET", "/a"}}), slots);
    const StageMethod& canary = method_at(stage->variant(true), "/a", Verb::Get);
    const std::string api = stage->api_id();
    CHECK(asked.at(canary.meter_slot) == api + " prod GET/a");
    CHECK(asked.at(canary.canary_meter_slot) == api + " prod/Canary GET/a");
    CHECK(asked.at(stage->canary_unmatched_meter_slot()) == api + " prod/Canary ");
}

TEST_CASE("the path of usage is a method of the stage, with counters of its own, if it is wanted") {
    const auto deployment = deployment_of({{"GET", "/a"}});
    CHECK(stage_of(deployment)->usage_method() == nullptr);
    CHECK_FALSE(stage_of(deployment)->has_limit_headers());
    model::Stage wanted = decode_stage(kStage).value();
    wanted.limits = {true, true};
    std::vector<std::string> asked;
    const auto slots = [&asked](const model::Stage& stage, std::string_view path,
                                std::string_view verb) {
        asked.push_back(stage.name + " " + std::string(verb) + std::string(path));
        return static_cast<std::uint32_t>(asked.size() - 1);
    };
    const auto stage = CompiledStage::compile({wanted, deployment, nullptr}, slots);
    CHECK(stage->has_limit_headers());
    const UsageMethod* own = stage->usage_method();
    REQUIRE(own != nullptr);
    CHECK(own->method.api_key_required);
    CHECK(own->method.resource->path == "/_usage");
    CHECK_FALSE(own->method.integration.has_value());
    // Those of all methods that have none of their own.
    CHECK(own->stage_method.settings == method_at(stage->production(), "/a", Verb::Get).settings);
    CHECK(asked.at(own->stage_method.meter_slot) == "prod GET/_usage");
    CHECK(asked.at(own->stage_method.canary_meter_slot) == "prod/Canary GET/_usage");
}

TEST_CASE("stage records of wrong form are refused") {
    for (
        const std::string_view text :
        {R"({"apiId":"a","stageName":"s"})", R"({"apiId":"a","snapshot":"h"})",
         R"({"apiId":"a","stageName":"s","snapshot":"h","variables":{"a":1}})",
         R"({"apiId":"a","stageName":"s","snapshot":"h","canarySettings":7})",
         R"({"apiId":"a","stageName":"s","snapshot":"h","methodSettings":{"*/*":{"cachingEnabled":"x"}}})",
         R"({"apiId":"a","stageName":"s","snapshot":"h","accessLogSettings":[]})"}) {
        CAPTURE(text);
        CHECK_FALSE(decode_stage(text));
    }
}

TEST_CASE("the routing table finds stages, APIs and plans by exact name") {
    RoutingTable::Entries entries;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        entries.push_back(std::make_shared<const StageEntry>(
            StageEntry{"api" + std::to_string(i / 2), i % 2 ? "prod" : "dev", i, 1, false}));
    }
    model::UsagePlan plan{"p1", "gold", {{"api1", "prod", {}}, {"api1", "dev", {}}}, {}, {}};
    RoutingTable::Plans plans;
    plans.emplace("p1", std::make_shared<const CompiledPlan>(plan));
    const RoutingTable table(7, std::move(entries), std::move(plans));
    CHECK(table.revision() == 7);
    CHECK(table.slot_count() == 1000);
    for (std::uint32_t i = 0; i < 1000; ++i) {
        const StageEntry* entry = table.find("api" + std::to_string(i / 2), i % 2 ? "prod" : "dev");
        REQUIRE(entry != nullptr);
        CHECK(entry->slot == i);
    }
    CHECK(table.find("api1", "Prod") == nullptr);
    CHECK(table.find("api1prod", "") == nullptr);
    CHECK(table.has_api("api499"));
    CHECK_FALSE(table.has_api("api500"));
    REQUIRE(table.plan("p1") != nullptr);
    CHECK(table.plan("p1")->stage("api1", "dev") != nullptr);
    CHECK(table.plan("p1")->stage("api1", "test") == nullptr);
    CHECK(table.plan("p2") == nullptr);
    const RoutingTable empty(0, {}, {});
    CHECK(empty.find("a", "b") == nullptr);
    CHECK_FALSE(empty.has_api(""));
}
