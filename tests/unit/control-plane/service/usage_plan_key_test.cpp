#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

Value keys_of(InstallationUnderTest& world, std::string_view plan, std::string_view prefix = {}) {
    return world.call.ok("GetUsagePlanKeys", Object{{"usagePlanId", plan}, {"nameQuery", prefix}});
}
constexpr auto plan_key = InstallationUnderTest::plan_key;

}  // namespace

TEST_CASE("a key joins a plan") {
    InstallationUnderTest world;
    const Value key =
        world.call.ok("CreateApiKey", Object{{"name", "k"}, {"value", "12345678901234567890"}});
    const std::string plan = world.make_plan("basic");
    world.told();
    const Value entry = Object{{"id", key.text("id")},
                               {"type", "API_KEY"},
                               {"name", "k"},
                               {"value", "12345678901234567890"}};
    CHECK(world.call.ok("CreateUsagePlanKey", plan_key(plan, key.text("id"))) == entry);
    CHECK(world.call.ok("GetUsagePlanKey", plan_key(plan, key.text("id"))) == entry);
    CHECK(keys_of(world, plan).array("items") == Array{entry});
    CHECK(world.told() == "ApiKey " + std::string(key.text("id")));
}

TEST_CASE("what does not exist does not join") {
    InstallationUnderTest world;
    const std::string key = world.make_key("k");
    const std::string plan = world.make_plan("basic");
    CHECK(world.call.refused("CreateUsagePlanKey", plan_key("nope", key)) ==
          "404 Invalid Usage Plan ID specified");
    CHECK(world.call.refused("CreateUsagePlanKey", plan_key(plan, "nope")) ==
          "404 Invalid API Key identifier specified");
    Value input = plan_key(plan, key);
    input["keyType"] = "PASSWORD";
    CHECK(world.call.refused("CreateUsagePlanKey", input) ==
          "400 Invalid key type specified. Valid options are API_KEY");
}

TEST_CASE("a key joins a plan once, and one plan for a stage") {
    InstallationUnderTest world;
    world.deploy("dev");
    const std::string key = world.make_key("k");
    const std::string first = world.make_plan("first", "dev");
    const std::string second = world.make_plan("second", "dev");
    world.call.ok("CreateUsagePlanKey", plan_key(first, key));
    CHECK(world.call.refused("CreateUsagePlanKey", plan_key(first, key)) ==
          "409 Usage Plan Key already exists");
    CHECK(world.call.refused("CreateUsagePlanKey", plan_key(second, key)) ==
          "409 Usage plan " + second + " cannot be added because API Key " + key +
              " cannot reference multiple usage plans with the same API stage: " + world.api +
              ":dev");
    CHECK(world.call("CreateUsagePlanKey", plan_key(second, world.make_key("other"))));
}

TEST_CASE("a key is in so many plans and no more") {
    InstallationUnderTest world;
    world.call.installation.plans_per_key_max = 1;
    const std::string key = world.make_key("k");
    world.call.ok("CreateUsagePlanKey", plan_key(world.make_plan("first"), key));
    CHECK(world.call.refused("CreateUsagePlanKey", plan_key(world.make_plan("second"), key)) ==
          "429 Maximum number of Usage Plans for this API Key has been reached");
}

TEST_CASE("a plan's keys are found by prefix of their current name, newest first") {
    InstallationUnderTest world;
    const std::string plan = world.make_plan("basic");
    const std::string first = world.make_key("alpha");
    const std::string second = world.make_key("beta");
    world.call.ok("CreateUsagePlanKey", plan_key(plan, first));
    world.call.ok("CreateUsagePlanKey", plan_key(plan, second));
    CHECK(keys_of(world, plan).array("items")[0].text("id") == second);
    CHECK(keys_of(world, plan, "al").array("items").size() == 1);
    world.call.ok("UpdateApiKey",
                  Object{{"apiKey", second},
                         {"patchOperations", Array{operation("replace", "/name", "alps")}}});
    CHECK(keys_of(world, plan, "al").array("items").size() == 2);
    CHECK(keys_of(world, plan, "AL").array("items").empty());
    CHECK(world.call.ok("GetUsagePlanKey", plan_key(plan, second)).text("name") == "alps");
}

TEST_CASE("an unknown plan has no keys and is no error") {
    InstallationUnderTest world;
    CHECK(keys_of(world, "nope") == Value(Object{{"items", Array{}}}));
}

TEST_CASE("a key leaves a plan") {
    InstallationUnderTest world;
    const std::string key = world.make_key("k");
    const std::string plan = world.make_plan("basic");
    world.call.ok("CreateUsagePlanKey", plan_key(plan, key));
    world.told();
    world.call.ok("DeleteUsagePlanKey", plan_key(plan, key));
    CHECK(world.told() == "ApiKey " + key);
    for (const char* verb : {"GetUsagePlanKey", "DeleteUsagePlanKey"}) {
        CHECK(world.call.refused(verb, plan_key(plan, key)) ==
              "404 Invalid API Key identifier specified");
        CHECK(world.call.refused(verb, plan_key("nope", key)) ==
              "404 Invalid Usage Plan ID specified");
    }
}
