#include <doctest/doctest.h>

#include <limits>

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
    Value settings(std::string_view stage) { return call.ok("GetExplainSettings", named(stage)); }
    Value putting(double percent, std::string_view stage = "dev") const {
        Value input = named(stage);
        input["percentTraffic"] = percent;
        return input;
    }
    /// The sampling of stage "dev" as it was set by sample().
    bool is_sampled() { return settings("dev") == kSampled; }
    void sample() {
        Value input = putting(12.5);
        input["dataTraceEnabled"] = true;
        call.ok("PutExplainSettings", input);
        told();
    }

    const Value kSampled = Object{{"percentTraffic", 12.5}, {"dataTraceEnabled", true}};
    const Value kOff = Object{{"percentTraffic", 0.0}, {"dataTraceEnabled", false}};
};

}  // namespace

TEST_CASE("no request of a stage is recorded until somebody says so") {
    World world;
    CHECK(world.settings("dev") == world.kOff);
    CHECK(world.call.refused("GetExplainSettings", world.named("nope")) ==
          "404 Invalid stage identifier specified");
    CHECK(world.call.refused("PutExplainSettings", world.putting(1, "nope")) ==
          "404 Invalid stage identifier specified");
}

TEST_CASE("what is set is answered, kept, dated and told to the workers") {
    World world;
    Value input = world.putting(12.5);
    input["dataTraceEnabled"] = true;
    const Value before = world.stage("dev");
    world.call.now += Seconds(5);
    CHECK(world.call.ok("PutExplainSettings", input) == world.kSampled);
    CHECK(world.told() == "Stage " + world.api + "/dev");
    CHECK(world.is_sampled());
    CHECK(world.stage("dev").integer("lastUpdatedDate") == *before.integer("lastUpdatedDate") + 5);
    // A setting as a whole: what is not given is the default, not what was there.
    CHECK(world.call.ok("PutExplainSettings", world.putting(0)) == world.kOff);
    CHECK(world.settings("dev") == world.kOff);
}

TEST_CASE("percentages outside 0 to 100 are refused and change nothing") {
    World world;
    world.sample();
    for (const double wrong : {-0.1, 100.1, 1e300, -1e300, std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity()}) {
        CAPTURE(wrong);
        CHECK(world.call.refused("PutExplainSettings", world.putting(wrong)) ==
              "400 Explain percentTraffic must be between 0.0 and 100.0");
    }
    CHECK(world.call.refused("PutExplainSettings", world.named("dev")) ==
          "400 percentTraffic is required");
    CHECK(world.is_sampled());
    CHECK(world.told().empty());
    for (const double good : {0.0, 100.0}) world.call.ok("PutExplainSettings", world.putting(good));
}

TEST_CASE("the contract's answers do not show it, and its patches do not reach it") {
    World world;
    world.sample();
    CHECK(world.stage("dev").find("explain") == nullptr);
    CHECK(world.call.ok("GetStages", world.named("dev")).array("item")[0].find("explain") ==
          nullptr);
    CHECK(world.patch_stage("dev", Array{}).find("explain") == nullptr);
    for (const char* path : {"/explain", "/explain/percentTraffic"}) {
        CHECK(world.refused_stage_patch("dev", operation("replace", path, "1")).starts_with("400"));
        CHECK(world.refused_stage_patch("dev", operation("remove", path)).starts_with("400"));
    }
    CHECK(world.is_sampled());
}

TEST_CASE("it stays whatever else happens to the stage") {
    World world;
    world.sample();
    world.patch_stage("dev", Array{operation("replace", "/description", "changed")});
    CHECK(world.is_sampled());
    world.deploy("dev");
    CHECK(world.is_sampled());
    world.deploy("dev", {{"canarySettings", Object{{"percentTraffic", 5.0}}}});
    CHECK(world.is_sampled());
    world.call.ok("RollBackStage", world.named("dev"));
    CHECK(world.is_sampled());
    world.call.ok("FlushStageCache", world.named("dev"));
    world.call.ok("FlushStageAuthorizersCache", world.named("dev"));
    CHECK(world.is_sampled());
}

TEST_CASE("a new stage starts without it, even under the name of an old one") {
    World world;
    world.sample();
    const std::string deployment = world.deploy("other");
    CHECK(world.settings("other") == world.kOff);
    Value made = world.named("third");
    made["deploymentId"] = deployment;
    world.call.ok("CreateStage", made);
    CHECK(world.settings("third") == world.kOff);
    world.call.ok("DeleteStage", world.named("dev"));
    world.deploy("dev");
    CHECK(world.settings("dev") == world.kOff);
}
