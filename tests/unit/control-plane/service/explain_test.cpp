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

TEST_CASE("what is set is a percentage, and whether bodies are recorded too") {
    World world;
    CHECK(world.settings("dev") == world.kOff);
    Value input = world.putting(12.5);
    input["dataTraceEnabled"] = true;
    CHECK(world.call.ok("PutExplainSettings", input) == world.kSampled);
    CHECK(world.is_sampled());
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
