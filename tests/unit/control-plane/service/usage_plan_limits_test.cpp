#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

struct World : InstallationUnderTest {
    World() {
        plan = call.ok("CreateUsagePlan", Object{{"name", "p"}}).text("id");
        told();
    }
    Value with(const Value& policy) const {
        return Object{{"usagePlanId", plan}, {"withoutRedis", policy}};
    }
    std::string limits() {
        return json::write(call.ok("GetUsagePlanLimits", Object{{"usagePlanId", plan}}));
    }
    std::string plan;
};

}  // namespace

TEST_CASE("what holds for a plan while Redis is away is set, told to the workers, and reset") {
    World world;
    CHECK(world.limits() == "{}");
    for (const char* policy : {"open", "closed", "local-share"}) {
        const Value answer = world.call.ok("PutUsagePlanLimits", world.with(policy));
        CHECK(answer == Value(Object{{"withoutRedis", policy}}));
        CHECK(world.told() == "UsagePlan " + world.plan);
        CHECK(world.limits() == json::write(answer));
    }
    CHECK(json::write(world.call.ok("PutUsagePlanLimits", world.with(nullptr))) == "{}");
    CHECK(world.limits() == "{}");
    CHECK(world.told() == "UsagePlan " + world.plan);
}

TEST_CASE("anything else is refused, and changes nothing") {
    World world;
    world.call.ok("PutUsagePlanLimits", world.with("open"));
    world.told();
    for (const Value& wrong : {Value("ajar"), Value(""), Value("OPEN"), Value(7), Value(true)}) {
        CHECK(world.call.refused("PutUsagePlanLimits", world.with(wrong)) ==
              "400 withoutRedis must be open, closed or local-share");
    }
    CHECK(world.limits() == R"({"withoutRedis":"open"})");
    CHECK(world.told().empty());
    const Value unknown = Object{{"usagePlanId", "unknown"}};
    CHECK(world.call.refused("PutUsagePlanLimits", unknown) ==
          "404 Invalid Usage Plan ID specified");
    CHECK(world.call.refused("GetUsagePlanLimits", unknown) ==
          "404 Invalid Usage Plan ID specified");
}

TEST_CASE("the contract's answers do not show it, and its operations keep it") {
    World world;
    world.call.ok("PutUsagePlanLimits", world.with("closed"));
    const Value id = Object{{"usagePlanId", world.plan}};
    CHECK(world.call.ok("GetUsagePlan", id).find("withoutRedis") == nullptr);
    CHECK(json::write(world.call.ok("GetUsagePlans")).find("withoutRedis") == std::string::npos);
    const Value changed = world.call.ok(
        "UpdateUsagePlan", Object{{"usagePlanId", world.plan},
                                  {"patchOperations", Array{operation("replace", "/name", "q")}}});
    CHECK(changed.find("withoutRedis") == nullptr);
    CHECK(world.limits() == R"({"withoutRedis":"closed"})");
}
