#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

struct PlanUnderTest : InstallationUnderTest {
    PlanUnderTest() {
        deploy("dev");
        plan = make_plan("basic", "dev");
    }
    Value input(Array operations) const {
        return Object{{"usagePlanId", plan}, {"patchOperations", std::move(operations)}};
    }
    Value patch(Array operations) {
        return call.ok("UpdateUsagePlan", input(std::move(operations)));
    }
    std::string refusal(const Value& one) { return call.refused("UpdateUsagePlan", input({one})); }
    std::string dev() const { return api + ":dev"; }
    std::string throttle_path(std::string_view rest = {}) const {
        return "/apiStages/" + dev() + "/throttle" + std::string(rest);
    }
    static Value throttles(const Value& plan) {
        const Value* found = plan.array("apiStages")[0].find("throttle");
        return found != nullptr ? *found : Value();
    }
    std::string plan;
};

}  // namespace

TEST_CASE("names, limits and quota of a plan are patched") {
    PlanUnderTest world;
    world.told();
    const Value plan = world.patch({
        operation("replace", "/name", "gold"),
        operation("replace", "/description", "d"),
        operation("add", "/productCode", "pc"),
        operation("add", "/quota/limit", "100"),
        operation("add", "/quota/offset", "2"),
        operation("add", "/quota/period", "WEEK"),
        operation("replace", "/throttle/rateLimit", "10.5"),
        operation("add", "/throttle/burstLimit", "20"),
    });
    CHECK(plan == Value(Object{{"id", world.plan},
                               {"name", "gold"},
                               {"description", "d"},
                               {"productCode", "pc"},
                               {"apiStages", Array{Object{{"apiId", world.api}, {"stage", "dev"}}}},
                               {"quota", Object{{"limit", 100}, {"offset", 2}, {"period", "WEEK"}}},
                               {"throttle", Object{{"rateLimit", 10.5}, {"burstLimit", 20}}},
                               {"tags", Object{}}}));
    CHECK(world.told() == "UsagePlan " + world.plan);
    const Value bare = world.patch({operation("remove", "/quota"), operation("remove", "/throttle"),
                                    operation("remove", "/productCode")});
    for (const char* gone : {"quota", "throttle", "productCode"}) CHECK(bare.find(gone) == nullptr);
}

TEST_CASE("a plan that would be wrong as a whole stays as it is") {
    PlanUnderTest world;
    CHECK(world.refusal(operation("add", "/quota/limit", "10")) ==
          "400 Usage Plan quota needs a limit and a period");
    CHECK(world.refusal(operation("replace", "/name", "")) ==
          "400 Usage Plan name cannot be blank");
    CHECK(world.refusal(operation("replace", "/throttle/rateLimit", "fast"))
              .starts_with("400 Invalid patch value  'fast' specified for op 'replace'"));
    CHECK(world.refusal(operation("replace", "/throttle/burstLimit", "1.5"))
              .starts_with("400 Invalid patch value  '1.5'"));
    CHECK(world.refusal(operation("replace", "/throttle/burstLimit"))
              .starts_with("400 Invalid patch value  ''"));
}

TEST_CASE("an unknown plan is not patched") {
    PlanUnderTest world;
    CHECK(world.call.refused("UpdateUsagePlan", Object{{"usagePlanId", "123"}}) ==
          "404 Invalid Usage Plan ID specified");
}

TEST_CASE("stages join and leave a plan") {
    PlanUnderTest world;
    world.deploy("prod");
    const std::string prod = world.api + ":prod";
    CHECK(world.patch({operation("add", "/apiStages", prod)}).array("apiStages").size() == 2);
    CHECK(world.patch({operation("add", "/apiStages", prod)}).array("apiStages").size() == 2);
    CHECK(world.patch({operation("remove", "/apiStages", prod)}).array("apiStages").size() == 1);
    CHECK(world.refusal(operation("remove", "/apiStages", prod)) ==
          "404 Invalid API Stage {api: " + world.api + ", stage: prod} specified for usageplan " +
              world.plan);
}

TEST_CASE("a stage that joins or leaves is named and exists") {
    PlanUnderTest world;
    for (const char* op : {"add", "remove"}) {
        CHECK(world.refusal(operation(op, "/apiStages")) == "400 Invalid API Stage specified");
        CHECK(world.refusal(operation(op, "/apiStages", world.api)) ==
              "400 Invalid API Stage specified");
        CHECK(world.refusal(operation(op, "/apiStages", world.api + ":fakestagename")) ==
              "404 Invalid API Stage {api: " + world.api +
                  ", stage: fakestagename} specified for usageplan " + world.plan);
        CHECK(world.refusal(operation(op, "/apiStages", world.api + "b:dev")) ==
              "404 Invalid API Stage {api: " + world.api +
                  "b, stage: dev} specified for usageplan " + world.plan);
    }
}

TEST_CASE("paths that a plan does not have are refused with the list of the operation") {
    PlanUnderTest world;
    CHECK(world.refusal(operation("remove", "/apiStages/" + world.dev())) ==
          "400 Invalid patch path  '/apiStages/" + world.dev() +
              "' specified for op 'remove'. Must be one of: [/apiStages, /quota, /throttle, "
              "/productCode, /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>, "
              "/apiStages/<apidId:stageName>/throttle]");
    CHECK(world.refusal(operation("replace", "/id", "x"))
              .starts_with("400 Invalid patch path  '/id' specified for op 'replace'. Must be one "
                           "of: [/name, /description, "));
    CHECK(world.refusal(operation("copy", "/name", "x")) ==
          "400 Invalid patch path  '/name' specified for op 'copy'. Please choose supported "
          "operations");
}

TEST_CASE("a method throttle is addressed with an escaped path or the path as it is") {
    PlanUnderTest world;
    const Value plan = world.patch({
        operation("add", world.throttle_path("/~1pets~1{id}/GET/rateLimit"), "1.5"),
        operation("replace", world.throttle_path("/~1pets~1{id}/GET/burstLimit"), "3"),
        operation("replace", world.throttle_path("//pets/POST/rateLimit"), "2"),
        operation("replace", world.throttle_path("/~1/GET/rateLimit"), "4"),
        operation("replace", world.throttle_path("/*/*/rateLimit"), "5"),
    });
    CHECK(PlanUnderTest::throttles(plan) ==
          Value(Object{{"/pets/{id}/GET", Object{{"rateLimit", 1.5}, {"burstLimit", 3}}},
                       {"/pets/POST", Object{{"rateLimit", 2.0}}},
                       {"//GET", Object{{"rateLimit", 4.0}}},
                       {"*/*", Object{{"rateLimit", 5.0}}}}));
    const Value fewer = world.patch({
        operation("remove", world.throttle_path("/~1pets~1{id}/GET")),
        operation("remove", world.throttle_path("//pets/POST")),
        operation("remove", world.throttle_path("/~1/GET")),
    });
    CHECK(PlanUnderTest::throttles(fewer) == Value(Object{{"*/*", Object{{"rateLimit", 5.0}}}}));
    CHECK(PlanUnderTest::throttles(world.patch({operation("remove", world.throttle_path())})) ==
          Value());
}

TEST_CASE("all method throttles of a stage are set at once") {
    PlanUnderTest world;
    const Value plan = world.patch({operation("replace", world.throttle_path(),
                                              R"({"/pets/GET":{"burstLimit":2,"rateLimit":1}})")});
    CHECK(PlanUnderTest::throttles(plan) ==
          Value(Object{{"/pets/GET", Object{{"burstLimit", 2}, {"rateLimit", 1.0}}}}));
    for (const char* value : {"", "[]", "{", R"({"/pets/GET":{"burstLimit":"2"}})"}) {
        CHECK(world.refusal(operation("replace", world.throttle_path(), value))
                  .starts_with("400 Invalid patch value"));
    }
}

TEST_CASE("method throttles have a known form and number") {
    PlanUnderTest world;
    CHECK(world.refusal(operation("add", world.throttle_path("/~1pets/FETCH/rateLimit"), "1")) ==
          "400 Invalid method throttle path: /pets/FETCH");
    CHECK(world.refusal(operation("add", world.throttle_path("/~1pets/GET/speed"), "1"))
              .starts_with("400 Invalid patch path  "));
    CHECK(world.refusal(operation("add", world.throttle_path("/rateLimit"), "1"))
              .starts_with("400 Invalid patch path  "));
    CHECK(world.refusal(operation("remove", world.throttle_path("/~1pets/GET")))
              .starts_with("400 Invalid patch path  "));
    CHECK(world
              .refusal(operation("add", "/apiStages/" + world.api + ":no/throttle/~1/GET/rateLimit",
                                 "1"))
              .starts_with("404 Invalid API Stage {api: " + world.api + ", stage: no}"));
    Array many;
    for (int i = 0; i < 21; ++i) {
        many.push_back(operation(
            "add", world.throttle_path("/~1p" + std::to_string(i) + "/GET/rateLimit"), "1"));
    }
    CHECK(world.call.refused("UpdateUsagePlan", world.input(many)) ==
          "429 Maximum number of method throttles of a stage in a Usage Plan is 20");
    world.call.installation.method_throttles_per_stage_max = 21;
    world.call.ok("UpdateUsagePlan", world.input(many));
}

TEST_CASE("a stage does not join a plan whose key uses it through another plan") {
    PlanUnderTest world;
    const std::string key = world.make_key("k");
    const std::string other = world.make_plan("other");
    world.call.ok("CreateUsagePlanKey", InstallationUnderTest::plan_key(world.plan, key));
    world.call.ok("CreateUsagePlanKey", InstallationUnderTest::plan_key(other, key));
    const Value input =
        Object{{"usagePlanId", other},
               {"patchOperations", Array{operation("add", "/apiStages", world.dev())}}};
    CHECK(world.call.refused("UpdateUsagePlan", input) ==
          "409 Usage plan " + other + " cannot be added because API Key " + key +
              " cannot reference multiple usage plans with the same API stage: " + world.dev());
    world.call.ok("DeleteUsagePlanKey", InstallationUnderTest::plan_key(world.plan, key));
    CHECK(world.call("UpdateUsagePlan", input));
}
