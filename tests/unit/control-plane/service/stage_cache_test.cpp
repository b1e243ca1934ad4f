#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

struct World : InstallationUnderTest {
    World() {
        deploy("dev");
        told();
    }
    Value named(std::string_view stage) const {
        return Object{{"restApiId", api}, {"stageName", stage}};
    }
    /// What workers get of the stage's caches.
    Value generations() {
        Value held;
        const auto read =
            call.store.run(service::Access::Read, [&](service::Transaction& transaction) {
                held = *transaction.find(service::Table::Stages, {api, "dev"})->find("generations");
                return Result<Value>(Value());
            });
        REQUIRE(read);
        return held;
    }
};

}  // namespace

TEST_CASE("a flush begins a new generation of one cache and tells the workers") {
    World world;
    const Value before = world.generations();
    world.call.ok("FlushStageCache", world.named("dev"));
    CHECK(world.told() == "Stage " + world.api + "/dev");
    const Value flushed = world.generations();
    CHECK(flushed.integer("responses") > before.integer("responses"));
    CHECK(flushed.integer("authorizers") == before.integer("authorizers"));

    world.call.ok("FlushStageAuthorizersCache", world.named("dev"));
    CHECK(world.told() == "Stage " + world.api + "/dev");
    CHECK(world.generations().integer("responses") == flushed.integer("responses"));
    CHECK(world.generations().integer("authorizers") > flushed.integer("authorizers"));
}

TEST_CASE("a flush shows nothing and changes no setting") {
    World world;
    const Value before = world.stage("dev");
    CHECK(before.find("generations") == nullptr);
    world.call.now += Seconds(5);
    CHECK(world.call.ok("FlushStageCache", world.named("dev")) == Value(Object{}));
    CHECK(world.stage("dev") == before);
    CHECK(world.call.ok("GetStages", world.named("dev")).array("item")[0] == before);
    CHECK(world.patch_stage("dev", Array{}).find("generations") == nullptr);
}

TEST_CASE("a stage made again under its name begins later than the old one ended") {
    World world;
    world.call.ok("FlushStageCache", world.named("dev"));
    const Value old = world.generations();
    world.call.ok("DeleteStage", world.named("dev"));
    world.call.now += Milliseconds(2);
    world.deploy("dev");
    CHECK(world.generations().integer("responses") > old.integer("responses"));
}

TEST_CASE("a stage that is not there has no cache") {
    World world;
    for (const char* verb : {"FlushStageCache", "FlushStageAuthorizersCache"}) {
        CHECK(world.call.refused(verb, world.named("nope")) ==
              "404 Invalid stage identifier specified");
    }
}

TEST_CASE("a cache that is switched on or off, or gets another size, is empty") {
    World world;
    const auto generation = [&] { return *world.generations().integer("responses"); };
    std::int64_t before = generation();
    const auto grows_with = [&](std::string_view path, std::string_view value) {
        world.patch_stage("dev", Array{operation("replace", path, value)});
        const bool has_grown = generation() > before;
        before = generation();
        return has_grown;
    };
    CHECK(grows_with("/cacheClusterEnabled", "true"));
    CHECK_FALSE(grows_with("/cacheClusterEnabled", "true"));
    CHECK_FALSE(grows_with("/description", "other"));
    CHECK(grows_with("/cacheClusterSize", "1.6"));
    CHECK(grows_with("/cacheClusterSize", "0.5"));
    CHECK(grows_with("/cacheClusterEnabled", "false"));
    world.deploy("dev");
    CHECK(generation() == before);
    world.deploy("dev", {{"cacheClusterEnabled", true}});
    CHECK(generation() > before);
}
