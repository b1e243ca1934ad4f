#include <doctest/doctest.h>

#include <limits>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

Value patching(const Value& one) { return Object{{"patchOperations", Array{one}}}; }

}  // namespace

TEST_CASE("the account shows the installation's limits") {
    InstallationUnderTest world;
    world.call.installation.account_burst_limit = 7;
    CHECK(world.call.ok("GetAccount") ==
          Value(Object{{"throttleSettings", Object{{"burstLimit", 7}, {"rateLimit", 10000.0}}},
                       {"features", Array{"UsagePlans"}},
                       {"apiKeyVersion", "4"}}));
}

TEST_CASE("no account limit is shown as -1, which is what a method setting has for none") {
    InstallationUnderTest world;
    world.call.installation.account_rate_limit = std::numeric_limits<double>::infinity();
    const Value account = world.call.ok("GetAccount");
    CHECK(account.find("throttleSettings")->number("rateLimit") == -1.0);
    CHECK(json::parse(json::write(account)));
    world.deploy("dev");
    const Value stage =
        world.patch_stage("dev", Array{operation("replace", "/*/*/metrics/enabled", "true")});
    CHECK(stage.find("methodSettings")->find("*/*")->number("throttlingRateLimit") == -1.0);
}

TEST_CASE("the role is set and cleared") {
    InstallationUnderTest world;
    const std::string role = "arn:aws:iam::000000000000:role/logs";
    world.told();
    CHECK(world.call.ok("UpdateAccount", patching(operation("replace", "/cloudwatchRoleArn", role)))
              .text("cloudwatchRoleArn") == role);
    CHECK(world.call.ok("GetAccount").text("cloudwatchRoleArn") == role);
    CHECK(world.told().empty());  // workers hold nothing of it
    world.call.ok("UpdateAccount", patching(operation("replace", "/cloudwatchRoleArn", "")));
    CHECK(world.call.ok("GetAccount").find("cloudwatchRoleArn") == nullptr);
}

TEST_CASE("a role must look like an ARN") {
    InstallationUnderTest world;
    for (const char* text : {"role", "arn:aws:iam", "arn:aws:iam::1:", ":::::"}) {
        CHECK(world.call.refused("UpdateAccount",
                                 patching(operation("replace", "/cloudwatchRoleArn", text))) ==
              "400 The role ARN is not well formed");
    }
}

TEST_CASE("usage plans stay on, limits are not patched") {
    InstallationUnderTest world;
    CHECK(world.call("UpdateAccount", patching(operation("add", "/features", "UsagePlans"))));
    CHECK(world.call.refused("UpdateAccount",
                             patching(operation("remove", "/features", "UsagePlans"))) ==
          "400 Usage Plans cannot be disabled once enabled");
    CHECK(world.call.refused("UpdateAccount",
                             patching(operation("replace", "/throttle/rateLimit", "1"))) ==
          "400 Invalid patch path  '/throttle/rateLimit' specified for op 'replace'. Must be one "
          "of: [/cloudwatchRoleArn]");
}
