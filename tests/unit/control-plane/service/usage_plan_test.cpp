#include <doctest/doctest.h>

#include "common/snapshot/decode.hpp"
#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

Value plan_named(std::string_view id) { return Object{{"usagePlanId", id}}; }

Value quota_of(std::int64_t limit, std::int64_t offset, const char* period) {
    return Object{{"limit", limit}, {"offset", offset}, {"period", period}};
}

}  // namespace

TEST_CASE("a plan needs a name only") {
    InstallationUnderTest world;
    const Value plan = world.call.ok("CreateUsagePlan", Object{{"name", "basic"}});
    CHECK(plan.text("id").size() == 6);
    CHECK(plan ==
          Value(Object{{"id", plan.text("id")}, {"name", "basic"}, {"apiStages", Array{}}}));
    CHECK(world.told() == "UsagePlan " + std::string(plan.text("id")));
    CHECK(*world.call.ok("GetUsagePlan", plan_named(plan.text("id"))).find("tags") ==
          Value(Object{}));
    CHECK(world.call.ok("GetUsagePlans").array("items")[0].find("tags") == nullptr);
    CHECK(world.call.refused("CreateUsagePlan", Object{{"name", " "}}) ==
          "400 Usage Plan name cannot be blank");
}

TEST_CASE("limits of a plan are shown as numbers of their kind") {
    InstallationUnderTest world;
    const Value plan = world.call.ok(
        "CreateUsagePlan", Object{{"name", "basic"},
                                  {"throttle", Object{{"burstLimit", 50}, {"rateLimit", 10}}},
                                  {"quota", Object{{"limit", 100}, {"period", "MONTH"}}}});
    CHECK(*plan.find("throttle") == Value(Object{{"burstLimit", 50}, {"rateLimit", 10.0}}));
    CHECK(*plan.find("quota") == quota_of(100, 0, "MONTH"));
}

TEST_CASE("a quota's offset lies within its period") {
    InstallationUnderTest world;
    const auto refusal = [&](const Value& quota) {
        return world.call.refused("CreateUsagePlan", Object{{"name", "p"}, {"quota", quota}});
    };
    CHECK(refusal(quota_of(10, 1, "DAY")) ==
          "400 Usage Plan quota offset must be zero in the DAY period");
    CHECK(refusal(quota_of(10, 7, "WEEK")) ==
          "400 Usage Plan quota offset must be between zero and six inclusive in the WEEK period");
    CHECK(refusal(quota_of(10, 28, "MONTH")) ==
          "400 Usage Plan quota offset must be between zero and 27 inclusive in the MONTH period");
    CHECK(refusal(quota_of(10, -1, "MONTH")).starts_with("400 Usage Plan quota offset"));
    CHECK(refusal(quota_of(10, 0, "YEAR")).starts_with("400 Invalid Usage Plan quota period"));
    CHECK(refusal(quota_of(-1, 0, "DAY")) ==
          "400 Usage Plan quota limit must be between 0 and 2147483647");
    CHECK(refusal(Object{{"period", "DAY"}}) == "400 Usage Plan quota needs a limit and a period");
    CHECK(
        world.call("CreateUsagePlan", Object{{"name", "p"}, {"quota", quota_of(10, 27, "MONTH")}}));
    CHECK(world.call("CreateUsagePlan", Object{{"name", "p"}, {"quota", quota_of(10, 6, "WEEK")}}));
}

TEST_CASE("limits are not negative") {
    InstallationUnderTest world;
    const auto refusal = [&](const Object& throttle) {
        return world.call.refused("CreateUsagePlan", Object{{"name", "p"}, {"throttle", throttle}});
    };
    CHECK(refusal({{"burstLimit", -1}}) ==
          "400 Usage Plan throttle burst limit must be between 0 and 2147483647");
    CHECK(refusal({{"rateLimit", -0.5}}) ==
          "400 Usage Plan throttle rate limit must not be negative");
}

TEST_CASE("a plan's stages exist and are named once") {
    InstallationUnderTest world;
    world.deploy("dev");
    const auto refusal = [&](const Array& stages) {
        return world.call.refused("CreateUsagePlan", Object{{"name", "p"}, {"apiStages", stages}});
    };
    CHECK(refusal({Object{{"apiId", world.api}}}) == "400 Invalid API Stage specified");
    CHECK(refusal({Object{{"stage", "dev"}}}) == "400 Invalid API Stage specified");
    const Value dev = Object{{"apiId", world.api}, {"stage", "dev"}};
    CHECK(refusal({dev, dev}) == "400 Invalid API Stage specified");
    CHECK(refusal({Object{{"apiId", world.api}, {"stage", "no"}}})
              .starts_with("404 Invalid API Stage {api: " + world.api +
                           ", stage: no} specified for usageplan "));
    const Value plan = world.call.ok(
        "CreateUsagePlan",
        Object{{"name", "p"},
               {"apiStages",
                Array{Object{{"apiId", world.api},
                             {"stage", "dev"},
                             {"throttle", Object{{"/pets/GET", Object{{"rateLimit", 1}}}}}}}}});
    CHECK(*plan.array("apiStages")[0].object("throttle").find("/pets/GET") ==
          Value(Object{{"rateLimit", 1.0}}));
}

TEST_CASE("there are so many plans and no more") {
    InstallationUnderTest world;
    world.call.installation.usage_plans_max = 1;
    world.make_plan("a");
    CHECK(world.call.refused("CreateUsagePlan", Object{{"name", "b"}}) ==
          "429 Maximum number of Usage Plans for this account has been reached");
}

TEST_CASE("plans are listed whole or by key, page by page") {
    InstallationUnderTest world;
    const std::string key = world.make_key("k");
    std::vector<std::string> plans;
    for (const char* name : {"a", "b", "c"}) plans.push_back(world.make_plan(name));
    for (std::size_t i : {0U, 2U}) {
        world.call.ok("CreateUsagePlanKey", InstallationUnderTest::plan_key(plans[i], key));
    }
    CHECK(world.call.ok("GetUsagePlans").array("items").size() == 3);
    Value input = Object{{"keyId", key}, {"limit", 1}};
    std::vector<std::string> found;
    for (int page = 0; page < 2; ++page) {
        const Value answer = world.call.ok("GetUsagePlans", input);
        REQUIRE(answer.array("items").size() == 1);
        found.emplace_back(answer.array("items")[0].text("id"));
        CHECK((answer.find("position") != nullptr) == (page == 0));
        input["position"] = answer.text("position");
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> expected{plans[0], plans[2]};
    std::sort(expected.begin(), expected.end());
    CHECK(found == expected);
    CHECK(world.call.ok("GetUsagePlans", Object{{"keyId", "nope"}}).array("items").empty());
}

TEST_CASE("a plan with stages is not deleted") {
    InstallationUnderTest world;
    world.deploy("dev");
    const std::string plan = world.make_plan("p", "dev");
    CHECK(world.call.refused("DeleteUsagePlan", plan_named(plan)) ==
          "400 Cannot delete Usage Plan " + plan +
              " because there are API Stages associated with it, including " + world.api + ":dev");
}

TEST_CASE("a deleted plan takes its keys along, and is all that workers are told of") {
    InstallationUnderTest world;
    const std::string plan = world.make_plan("p");
    const std::string key = world.make_key("k");
    world.call.ok("CreateUsagePlanKey", InstallationUnderTest::plan_key(plan, key));
    world.told();
    world.call.ok("DeleteUsagePlan", plan_named(plan));
    CHECK(world.told() == "UsagePlan " + plan);
    CHECK(world.call.ok("GetUsagePlans", Object{{"keyId", key}}).array("items").empty());
    for (const char* verb : {"GetUsagePlan", "UpdateUsagePlan", "DeleteUsagePlan"}) {
        CHECK(world.call.refused(verb, plan_named(plan)) == "404 Invalid Usage Plan ID specified");
    }
}

TEST_CASE("a plan never outgrows what a worker reads") {
    InstallationUnderTest world;
    world.deploy("dev");
    const auto with_path_of = [&](std::size_t length) {
        const Value throttle = Object{
            {"/" + std::string(length, 'p') + "/GET", Object{{"rateLimit", 1}, {"burstLimit", 2}}}};
        return Object{
            {"name", "p"},
            {"apiStages",
             Array{Object{{"apiId", world.api}, {"stage", "dev"}, {"throttle", throttle}}}}};
    };
    CHECK(world.call.refused("CreateUsagePlan", with_path_of(800'000))
              .starts_with("400 The resource exceeds the maximum size of "));
    CHECK(snapshot::decode_plan(
        json::write(world.call.ok("CreateUsagePlan", with_path_of(700'000)))));
}
