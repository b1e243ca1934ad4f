#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

Value new_stage(const InstallationUnderTest& world, std::string_view deployment,
                std::string_view name = "dev") {
    return Object{{"restApiId", world.api}, {"stageName", name}, {"deploymentId", deployment}};
}

Value named(const InstallationUnderTest& world, std::string_view name) {
    return Object{{"restApiId", world.api}, {"stageName", name}};
}

}  // namespace

TEST_CASE("a new stage shows the defaults and nothing else") {
    InstallationUnderTest world;
    const std::string deployment = world.deploy();
    const Value expected =
        Object{{"stageName", "dev"},           {"deploymentId", deployment},
               {"cacheClusterEnabled", false}, {"cacheClusterStatus", "NOT_AVAILABLE"},
               {"methodSettings", Object{}},   {"tracingEnabled", false},
               {"createdDate", 1'774'818'307}, {"lastUpdatedDate", 1'774'818'307}};
    CHECK(world.call.ok("CreateStage", new_stage(world, deployment)) == expected);
    CHECK(world.stage("dev") == expected);
    CHECK(world.told() == "Stage " + world.api + "/dev");
}

TEST_CASE("tags of a stage are shown only if there are any") {
    InstallationUnderTest world;
    Value input = new_stage(world, world.deploy());
    input["tags"] = Object{{"team", "a"}};
    CHECK(world.call.ok("CreateStage", input).object("tags").size() == 1);
    CHECK(world.stage("dev").object("tags").size() == 1);
    world.call.ok("UntagResource",
                  Object{{"resourceArn",
                          "arn:aws:apigateway:us-east-1::/restapis/" + world.api + "/stages/dev"},
                         {"tagKeys", Array{"team"}}});
    CHECK(world.stage("dev").find("tags") == nullptr);
}

TEST_CASE("what a new stage refers to must exist") {
    InstallationUnderTest world;
    const std::string deployment = world.deploy();
    CHECK(world.call.refused("CreateStage", new_stage(world, "nope")) ==
          "404 Invalid Deployment identifier specified");
    Value input = new_stage(world, deployment);
    input["canarySettings"] = Object{{"deploymentId", "nope"}};
    CHECK(world.call.refused("CreateStage", input) == "400 Deployment id does not exist");
    input = new_stage(world, deployment);
    input["documentationVersion"] = "1.0";
    CHECK(world.call.refused("CreateStage", input) ==
          "400 Invalid Documentation version specified");
    input = new_stage(world, deployment);
    input["restApiId"] = "abcde0";
    CHECK(world.call.refused("CreateStage", input) ==
          "404 Invalid API identifier specified 000000000000:abcde0");
}

TEST_CASE("a stage name has letters, digits, hyphens and underscores") {
    InstallationUnderTest world;
    const std::string deployment = world.deploy();
    for (const std::string& name : {std::string("a b"), std::string("a.b"), std::string(),
                                    std::string("$default"), std::string(129, 'a')}) {
        CHECK(world.call.refused("CreateStage", new_stage(world, deployment, name)) ==
              "400 Stage name only allows a-zA-Z0-9_-");
    }
    const std::string longest(128, 'a');
    CHECK(world.call.ok("CreateStage", new_stage(world, deployment, longest)).text("stageName") ==
          longest);
    CHECK(world.call.ok("CreateStage", new_stage(world, deployment, "a-B_0")).text("stageName") ==
          "a-B_0");
}

TEST_CASE("a stage name is taken once, and an API has so many stages") {
    InstallationUnderTest world;
    world.call.installation.stages_per_api_max = 1;
    const std::string deployment = world.deploy("dev");
    CHECK(world.call.refused("CreateStage", new_stage(world, deployment)) ==
          "409 Stage already exists");
    CHECK(world.call.refused("CreateStage", new_stage(world, deployment, "prod")) ==
          "429 Maximum number of stages for this API has been reached");
}

TEST_CASE("stage variables have plain names and values") {
    InstallationUnderTest world;
    const std::string deployment = world.deploy();
    const auto refusal = [&](std::string_view name, std::string_view value) {
        Value input = new_stage(world, deployment);
        input["variables"] = Object{{std::string(name), value}};
        return world.call.refused("CreateStage", input);
    };
    CHECK(refusal("a-b", "x") ==
          "400 Invalid stage variable name: a-b.  Please use names with only word characters.");
    const std::string values =
        ".  Please use values with alphanumeric characters and the symbols ' ', -', '.', '_', ':', "
        "'/', '?', '&', '=', and ','.";
    CHECK(refusal("a", "") == "400 Invalid stage variable value: " + values);
    CHECK(refusal("a", "{x}") == "400 Invalid stage variable value: {x}" + values);
    const std::string too_long(513, 'v');
    CHECK(refusal("a", too_long) == "400 Invalid stage variable value: " + too_long + values);
    Value input = new_stage(world, deployment);
    input["variables"] = Object{{"host_1", "https://a.example:8443/x?y=1&z=2#f,~_-."}};
    CHECK(world.call.ok("CreateStage", input).object("variables").size() == 1);
    Object many;
    for (int i = 0; i < 101; ++i) many.set("v" + std::to_string(i), "x");
    input = new_stage(world, deployment, "many");
    input["variables"] = many;
    CHECK(world.call.refused("CreateStage", input) ==
          "429 Maximum number of stage variables for this stage has been reached");
    world.call.installation.variables_per_stage_max = 101;
    CHECK(world.call.ok("CreateStage", input).object("variables").size() == 101);
}

TEST_CASE("a stage can be made with a canary on a deployment of its own") {
    InstallationUnderTest world;
    const std::string first = world.deploy();
    const std::string second = world.deploy();
    Value input = new_stage(world, first);
    input["canarySettings"] = Object{{"deploymentId", second}, {"percentTraffic", 10}};
    const Value canary = *world.call.ok("CreateStage", input).find("canarySettings");
    CHECK(canary ==
          Value(Object{
              {"deploymentId", second}, {"percentTraffic", 10.0}, {"useStageCache", false}}));
}

TEST_CASE("stages are listed whole, or those of one deployment") {
    InstallationUnderTest world;
    world.deploy("one");
    const std::string second = world.deploy("two");
    Value input = Object{{"restApiId", world.api}};
    CHECK(world.call.ok("GetStages", input).array("item").size() == 2);
    input["deploymentId"] = second;
    const Value listed = world.call.ok("GetStages", input);
    REQUIRE(listed.array("item").size() == 1);
    CHECK(listed.array("item")[0].text("stageName") == "two");
    CHECK(world.call.refused("GetStages", Object{{"restApiId", "abcde0"}}) ==
          "404 Invalid API identifier specified 000000000000:abcde0");
}

TEST_CASE("a deleted stage leaves the usage plans") {
    InstallationUnderTest world;
    world.deploy("dev");
    const std::string plan = world.make_plan("basic", "dev");
    world.told();
    world.call.ok("DeleteStage", named(world, "dev"));
    CHECK(world.told() == "Stage " + world.api + "/dev, UsagePlan " + plan);
    CHECK(world.call.ok("GetUsagePlan", Object{{"usagePlanId", plan}}).array("apiStages").empty());
    for (const char* verb : {"GetStage", "DeleteStage", "UpdateStage"}) {
        CHECK(world.call.refused(verb, named(world, "dev")) ==
              "404 Invalid stage identifier specified");
    }
}

TEST_CASE("a deleted API takes its stages out of the usage plans") {
    InstallationUnderTest world;
    world.deploy("dev");
    const std::string plan = world.make_plan("basic", "dev");
    world.told();
    world.call.ok("DeleteRestApi", Object{{"restApiId", world.api}});
    CHECK(world.told() == "Stage " + world.api + "/dev, UsagePlan " + plan);
}
