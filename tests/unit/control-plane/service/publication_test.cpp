#include "control-plane/service/publication.hpp"

#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

using Record = std::optional<Value>;

template <typename Read>
Record read(InstallationUnderTest& world, Read record_of) {
    Record record;
    static_cast<void>(world.call.store.run(true, [&](service::Transaction& transaction) {
        record = record_of(transaction);
        return Result<Value>(Value());
    }));
    return record;
}
Record stage_of(InstallationUnderTest& world, std::string_view name) {
    return read(world, [&](service::Transaction& transaction) {
        return service::stage_record(transaction, world.api, name);
    });
}
Record key_of(InstallationUnderTest& world, std::string_view id) {
    return read(world, [&](service::Transaction& transaction) {
        return service::key_record(transaction, id);
    });
}
Record plan_of(InstallationUnderTest& world, std::string_view id) {
    return read(world, [&](service::Transaction& transaction) {
        return service::plan_record(transaction, id);
    });
}

}  // namespace

TEST_CASE("a stage's record names its API and the blob of its deployment") {
    InstallationUnderTest world;
    world.deploy("dev", {{"variables", Object{{"a", "1"}}}});
    world.call.ok("TagResource", Object{{"resourceArn", "arn:aws:apigateway:us-east-1::/restapis/" +
                                                            world.api + "/stages/dev"},
                                        {"tags", Object{{"a", "1"}}}});
    const Record record = stage_of(world, "dev");
    REQUIRE(record);
    CHECK(record->text("apiId") == world.api);
    CHECK(record->text("apiName") == "pets");
    CHECK(record->text("stageName") == "dev");
    CHECK(record->object("variables").size() == 1);
    CHECK_FALSE(record->flag("disableExecuteApiEndpoint", true));
    CHECK_FALSE(record->text("snapshot").empty());
    CHECK(record->find("canarySnapshot") == nullptr);
    CHECK(record->find("tags") == nullptr);
    CHECK(stage_of(world, "prod") == std::nullopt);
}

TEST_CASE("a canary on another deployment has a blob of its own") {
    InstallationUnderTest world;
    world.deploy("dev");
    world.patch_stage("dev", {operation("replace", "/canarySettings/percentTraffic", "10")});
    CHECK(stage_of(world, "dev")->find("canarySnapshot") == nullptr);
    world.add_method(
        world.api,
        world.call.ok("GetRestApi", Object{{"restApiId", world.api}}).text("rootResourceId"),
        "POST");
    world.deploy("dev");
    const Record record = stage_of(world, "dev");
    CHECK_FALSE(record->text("canarySnapshot").empty());
    CHECK(record->text("canarySnapshot") != record->text("snapshot"));
}

TEST_CASE("a key's record has its plans and not its value") {
    InstallationUnderTest world;
    const std::string key = world.make_key("k");
    const std::string plan = world.make_plan("p");
    world.call.ok("CreateUsagePlanKey", InstallationUnderTest::plan_key(plan, key));
    CHECK(key_of(world, key) ==
          Record(Object{{"id", key}, {"enabled", true}, {"name", "k"}, {"plans", Array{plan}}}));
    CHECK(key_of(world, "nope") == std::nullopt);
}

TEST_CASE("a plan's record is the plan without its tags") {
    InstallationUnderTest world;
    const Value plan =
        world.call.ok("CreateUsagePlan", Object{{"name", "p"}, {"tags", Object{{"a", "1"}}}});
    Value expected = plan;
    expected.as_object().erase("tags");
    CHECK(plan_of(world, plan.text("id")) == Record(expected));
    CHECK(plan_of(world, "nope") == std::nullopt);
}
