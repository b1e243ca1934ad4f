#include <doctest/doctest.h>

#include "common/snapshot/decode.hpp"
#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

/// Byte for byte as recorded, the missing commas included.
constexpr const char* kPaths =
    ". Must be one of: [/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, "
    "/clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, "
    "/accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, "
    "/{resourcePath}/{httpMethod}/logging/dataTrace, "
    "/{resourcePath}/{httpMethod}/logging/loglevel, "
    "/{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/"
    "rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, "
    "/{resourcePath}/{httpMethod}/caching/enabled, "
    "/{resourcePath}/{httpMethod}/caching/dataEncrypted, "
    "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, "
    "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, "
    "/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, "
    "/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, "
    "/*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, "
    "/*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, "
    "/tracingEnabled]";

struct StageUnderTest : InstallationUnderTest {
    StageUnderTest() : deployment(deploy("dev")) {}
    Value patch(Array operations) { return patch_stage("dev", std::move(operations)); }
    std::string refusal(const Value& one) { return refused_stage_patch("dev", one); }
    Value settings(std::string_view key) {
        const Value dev = stage("dev");
        const Value* found = dev.object("methodSettings").find(key);
        return found != nullptr ? *found : Value();
    }
    std::string deployment;
};

std::string unknown(std::string_view path) {
    return "400 Invalid method setting path: " + std::string(path) + kPaths;
}
std::string not_removed(std::string_view key) {
    return "400 Cannot remove method setting " + std::string(key) +
           " because there is no method setting for this method ";
}

constexpr const char* kBadAccessLogPath =
    "400 Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, "
    "/accessLogSettings/format]";

}  // namespace

TEST_CASE("plain members of a stage are replaced") {
    StageUnderTest world;
    world.call.now += Seconds{7};
    const Value stage = world.patch({operation("replace", "/description", "d"),
                                     operation("replace", "/tracingEnabled", "TRUE"),
                                     operation("replace", "/cacheClusterEnabled", "true"),
                                     operation("replace", "/cacheClusterSize", "1.6")});
    CHECK(stage.text("description") == "d");
    CHECK(stage.flag("tracingEnabled"));
    CHECK(stage.text("cacheClusterStatus") == "AVAILABLE");
    CHECK(stage.text("cacheClusterSize") == "1.6");
    CHECK(*stage.integer("lastUpdatedDate") == *stage.integer("createdDate") + 7);
    const Value off = world.patch({operation("replace", "/cacheClusterEnabled", "false"),
                                   operation("replace", "/description", "")});
    CHECK(off.text("cacheClusterStatus") == "NOT_AVAILABLE");
    CHECK(off.find("description") == nullptr);
}

TEST_CASE("no operations change nothing and tell nobody") {
    StageUnderTest world;
    const Value before = world.stage("dev");
    world.told();
    world.call.now += Seconds{7};
    CHECK(world.patch({}) == before);
    CHECK(world.told().empty());
}

TEST_CASE("a refused operation undoes those before it") {
    StageUnderTest world;
    const Value before = world.stage("dev");
    CHECK_FALSE(world.call(
        "UpdateStage", world.patch_stage_input("dev", {operation("replace", "/description", "d"),
                                                       operation("replace", "/nonsense", "x")})));
    CHECK(world.stage("dev") == before);
}

TEST_CASE("a stage moves to a deployment that exists") {
    StageUnderTest world;
    const std::string second = world.deploy();
    CHECK(world.patch({operation("replace", "/deploymentId", second)}).text("deploymentId") ==
          second);
    CHECK(world.refusal(operation("replace", "/deploymentId", "nope")) ==
          "400 Deployment id does not exist");
}

TEST_CASE("things that this installation has none of are refused") {
    StageUnderTest world;
    CHECK(world.refusal(operation("replace", "/documentationVersion", "1")) ==
          "400 Invalid Documentation version specified");
    CHECK(world.refusal(operation("replace", "/clientCertificateId", "abc")) ==
          "400 Invalid Client Certificate identifier specified");
    CHECK(world.refusal(operation("replace", "/cacheClusterSize", "7")) ==
          "400 Invalid cache cluster size specified. Valid options are "
          "0.5,1.6,6.1,13.5,28.4,58.2,118,237");
}

TEST_CASE("paths that a stage does not have are refused with the whole list") {
    StageUnderTest world;
    for (const char* path :
         {"/documentation_version", "/tags/tag1", "/canarySettings", "/canarySettings/badPath",
          "/a/b/GET/caching/enabled", "/pets/GET/caching/nonsense", "/pets/*/caching/enabled",
          "/*/GET/caching/enabled", "//GET/caching/enabled"}) {
        CHECK(world.refusal(operation("replace", path, "x")) == unknown(path));
    }
    CHECK(world.refusal(Object{{"op", "replace"}, {"value", "x"}}) == unknown("null"));
}

TEST_CASE("operations that a path does not have are refused") {
    StageUnderTest world;
    CHECK(world.refusal(operation("add", "/canarySettings/deploymentId", world.deployment)) ==
          "400 Invalid add operation with path: /canarySettings/deploymentId");
    CHECK(world.refusal(operation("move", "/deploymentId", "x")) ==
          "400 Invalid move operation with path: /deploymentId");
    CHECK(world.refusal(operation("remove", "/canarySettings/badPath")) ==
          not_removed("canarySettings/badPath"));
    CHECK(world.refusal(operation("remove", "/canarySettings/stageVariableOverrides")) ==
          not_removed("canarySettings/stageVariableOverrides"));
}

TEST_CASE("variables are set and removed one by one") {
    StageUnderTest world;
    Value stage = world.patch(
        {operation("replace", "/variables/a", "1"), operation("add", "/variables/b", "2")});
    CHECK(*stage.find("variables") == Value(Object{{"a", "1"}, {"b", "2"}}));
    stage = world.patch({operation("remove", "/variables/a"), operation("remove", "/variables/b")});
    CHECK(stage.find("variables") == nullptr);
    CHECK(world.refusal(operation("replace", "/variables/owner:name", "x")) ==
          "400 Invalid stage variable name: owner:name.  Please use names with only word "
          "characters.");
    CHECK(world.refusal(operation("replace", "/variables/a"))
              .starts_with("400 Invalid stage variable value: null.  Please use values"));
}

TEST_CASE("the access log has a destination and a format, removed together") {
    StageUnderTest world;
    const Value stage =
        world.patch({operation("replace", "/accessLogSettings/destinationArn", "arn:aws:logs:x"),
                     operation("add", "/accessLogSettings/format", "$context.requestId")});
    CHECK(*stage.find("accessLogSettings") ==
          Value(Object{{"destinationArn", "arn:aws:logs:x"}, {"format", "$context.requestId"}}));
    CHECK(world.refusal(operation("remove", "/accessLogSettings/destinationArn")) ==
          not_removed("accessLogSettings/destinationArn"));
    CHECK(world.refusal(operation("remove", "/accessLogSettings/randomValue")) ==
          not_removed("accessLogSettings/randomValue"));
    CHECK(world.refusal(operation("remove", "/accessLogSettings/*")) ==
          not_removed("accessLogSettings/*"));
    CHECK(world.patch({operation("remove", "/accessLogSettings")}).find("accessLogSettings") ==
          nullptr);
}

TEST_CASE("wrong access log paths and empty values are refused") {
    StageUnderTest world;
    for (const char* op : {"add", "replace"}) {
        for (const char* path :
             {"/accessLogSettings", "/accessLogSettings/*", "/accessLogSettings/randomValue"}) {
            CHECK(world.refusal(operation(op, path, "x")) == kBadAccessLogPath);
        }
    }
    for (const char* path : {"/accessLogSettings/destinationArn", "/accessLogSettings/format"}) {
        CHECK(world.refusal(operation("replace", path, "")) ==
              "400 Access Log value must not be empty");
    }
    CHECK(
        world.refusal(operation("replace", "/accessLogSettings/format", std::string(3073, 'x'))) ==
        "400 Access Log format must not be longer than 3 KB");
}

TEST_CASE("a canary comes about by any of its settings") {
    StageUnderTest world;
    const Value defaults = Object{
        {"deploymentId", world.deployment}, {"percentTraffic", 0.0}, {"useStageCache", false}};
    Value expected = defaults;
    expected["percentTraffic"] = 12.5;
    CHECK(*world.patch({operation("replace", "/canarySettings/percentTraffic", "12.5")})
               .find("canarySettings") == expected);
    CHECK(world.patch({operation("remove", "/canarySettings")}).find("canarySettings") == nullptr);

    const std::string second = world.deploy();
    expected = defaults;
    expected["deploymentId"] = second;
    CHECK(*world.patch({operation("replace", "/canarySettings/deploymentId", second)})
               .find("canarySettings") == expected);
    world.patch({operation("remove", "/canarySettings")});

    expected = defaults;
    expected["stageVariableOverrides"] = Object{{"a", "1"}};
    CHECK(*world.patch({operation("replace", "/canarySettings/stageVariableOverrides/a", "1")})
               .find("canarySettings") == expected);
    CHECK(*world.patch({operation("remove", "/canarySettings/stageVariableOverrides/a")})
               .find("canarySettings") == defaults);
    CHECK(world.patch({operation("replace", "/canarySettings/useStageCache", "true")})
              .find("canarySettings")
              ->flag("useStageCache"));
}

TEST_CASE("a canary's deployment exists and its share is a percentage") {
    StageUnderTest world;
    CHECK(world.refusal(operation("replace", "/canarySettings/deploymentId", "nope")) ==
          "400 Deployment id does not exist");
    for (const char* percent : {"-1", "101", "many", ""}) {
        CHECK(world.refusal(operation("replace", "/canarySettings/percentTraffic", percent)) ==
              "400 Canary percentTraffic must be between 0.0 and 100.0");
    }
}

TEST_CASE("a promotion moves the stage and merges the variables, and the canary stays") {
    StageUnderTest world;
    world.patch(
        {operation("replace", "/variables/a", "1"), operation("replace", "/variables/b", "2")});
    const std::string second = world.deploy(
        "dev",
        {{"canarySettings", Object{{"percentTraffic", 50.0},
                                   {"stageVariableOverrides", Object{{"b", "3"}, {"c", "4"}}}}}});
    const Value stage =
        world.patch({operation("replace", "/canarySettings/percentTraffic", "0.0"),
                     copying("/canarySettings/stageVariableOverrides", "/variables"),
                     copying("/canarySettings/deploymentId", "/deploymentId")});
    CHECK(stage.text("deploymentId") == second);
    CHECK(*stage.find("variables") == Value(Object{{"a", "1"}, {"b", "3"}, {"c", "4"}}));
    CHECK(*stage.find("canarySettings") ==
          Value(Object{{"percentTraffic", 0.0},
                       {"deploymentId", second},
                       {"useStageCache", false},
                       {"stageVariableOverrides", Object{{"b", "3"}, {"c", "4"}}}}));
}

TEST_CASE("only a canary can be copied, and only if there is one") {
    StageUnderTest world;
    CHECK(world.refusal(copying("/canarySettings/deploymentId", "/deploymentId")) ==
          "400 Promotion not available. Canary does not exist.");
    CHECK(world.refusal(copying("/canarySettings/stageVariableOverrides", "/variables")) ==
          "400 Promotion not available. Canary does not exist.");
    CHECK(world.refusal(copying("/variables", "/canarySettings/stageVariableOverrides")) ==
          "400 Invalid copy operation with path: /canarySettings/stageVariableOverrides and from "
          "/variables. Valid copy:path are [/deploymentId, /variables] and valid copy:from are "
          "[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]");
    CHECK(world.refusal(copying("/canarySettings/deploymentId", "/variables"))
              .starts_with("400 Invalid copy operation with path: /variables and from "
                           "/canarySettings/deploymentId."));
}

TEST_CASE("the first setting of a method brings all members") {
    StageUnderTest world;
    world.patch({operation("replace", "/~1pets~1{id}/GET/metrics/enabled", "true")});
    CHECK(
        world.settings("~1pets~1{id}/GET") ==
        Value(Object{{"cacheDataEncrypted", false},
                     {"cacheTtlInSeconds", 300},
                     {"cachingEnabled", false},
                     {"dataTraceEnabled", false},
                     {"metricsEnabled", true},
                     {"requireAuthorizationForCacheControl", true},
                     {"throttlingBurstLimit", 5000},
                     {"throttlingRateLimit", 10000.0},
                     {"unauthorizedCacheControlHeaderStrategy", "SUCCEED_WITH_RESPONSE_HEADER"}}));
}

TEST_CASE("the key of method settings is what the client sent") {
    StageUnderTest world;
    world.patch({operation("replace", "/~1/GET/caching/enabled", "true"),
                 operation("replace", "/test/GET/caching/enabled", "true"),
                 operation("replace", "/~1pets/ANY/caching/enabled", "true"),
                 operation("replace", "/*/*/caching/enabled", "true")});
    for (const char* key : {"~1/GET", "test/GET", "~1pets/ANY", "*/*"}) {
        CHECK(world.settings(key).flag("cachingEnabled"));
    }
}

TEST_CASE("a method starts from the settings of all methods and then has its own") {
    StageUnderTest world;
    world.patch({operation("replace", "/*/*/caching/enabled", "true"),
                 operation("replace", "/*/*/throttling/burstLimit", "10")});
    world.patch({operation("replace", "/~1pets/GET/throttling/burstLimit", "20")});
    world.patch({operation("replace", "/*/*/throttling/burstLimit", "30")});
    CHECK(world.settings("~1pets/GET").flag("cachingEnabled"));
    CHECK(world.settings("~1pets/GET").integer("throttlingBurstLimit") == 20);
    CHECK(world.settings("*/*").integer("throttlingBurstLimit") == 30);
}

TEST_CASE("every method setting is parsed as what it is") {
    StageUnderTest world;
    world.call.ok("UpdateAccount",
                  Object{{"patchOperations", Array{operation("replace", "/cloudwatchRoleArn",
                                                             "arn:aws:iam::1:role/r")}}});
    world.patch({
        operation("replace", "/*/*/logging/loglevel", "INFO"),
        operation("replace", "/*/*/logging/dataTrace", "true"),
        operation("replace", "/*/*/throttling/burstLimit", "-1"),
        operation("replace", "/*/*/throttling/rateLimit", "-1.000000"),
        operation("replace", "/*/*/caching/ttlInSeconds", "3600"),
        operation("replace", "/*/*/caching/dataEncrypted", "true"),
        operation("replace", "/*/*/caching/requireAuthorizationForCacheControl", "false"),
        operation("replace", "/*/*/caching/unauthorizedCacheControlHeaderStrategy",
                  "FAIL_WITH_403"),
    });
    CHECK(world.settings("*/*") ==
          Value(Object{{"cacheDataEncrypted", true},
                       {"cacheTtlInSeconds", 3600},
                       {"cachingEnabled", false},
                       {"dataTraceEnabled", true},
                       {"loggingLevel", "INFO"},
                       {"metricsEnabled", false},
                       {"requireAuthorizationForCacheControl", false},
                       {"throttlingBurstLimit", -1},
                       {"throttlingRateLimit", -1.0},
                       {"unauthorizedCacheControlHeaderStrategy", "FAIL_WITH_403"}}));
}

TEST_CASE("method settings of a wrong value are refused") {
    StageUnderTest world;
    const auto is_refused = [&](const char* setting, const char* value) {
        return world.refusal(operation("replace", std::string("/*/*/") + setting, value))
            .starts_with("400 Invalid ");
    };
    CHECK(is_refused("logging/loglevel", "DEBUG"));
    CHECK(is_refused("throttling/burstLimit", "1.5"));
    CHECK(is_refused("throttling/burstLimit", "-2"));
    CHECK(is_refused("throttling/burstLimit", "4294967296"));
    CHECK(is_refused("throttling/rateLimit", "fast"));
    CHECK(is_refused("throttling/rateLimit", "-0.5"));
    CHECK(is_refused("caching/ttlInSeconds", "3601"));
    CHECK(is_refused("caching/ttlInSeconds", "-1"));
    CHECK(is_refused("caching/unauthorizedCacheControlHeaderStrategy", "MAYBE"));
}

TEST_CASE("logging needs the account's role") {
    StageUnderTest world;
    CHECK(world.refusal(operation("replace", "/*/*/logging/loglevel", "ERROR")) ==
          "400 CloudWatch Logs role ARN must be set in account settings to enable logging");
    world.patch({operation("replace", "/*/*/logging/loglevel", "OFF")});
    CHECK(world.settings("*/*").text("loggingLevel") == "OFF");
}

TEST_CASE("settings of a method are dropped as a whole, if there are any") {
    StageUnderTest world;
    CHECK(world.refusal(operation("remove", "/*/*")) == not_removed("*/*"));
    world.patch({operation("replace", "/*/*/metrics/enabled", "true"),
                 operation("replace", "/~1pets/GET/metrics/enabled", "true")});
    CHECK(world.refusal(operation("remove", "/*/*/metrics/enabled")) ==
          not_removed("*/*/metrics/enabled"));
    const Value stage =
        world.patch({operation("remove", "/*/*"), operation("remove", "/~1pets/GET")});
    CHECK(*stage.find("methodSettings") == Value(Object{}));
}

TEST_CASE("method settings do not pile up without end") {
    StageUnderTest world;
    std::string refusal;
    for (int round = 0; round < 64 && refusal.empty(); ++round) {
        Array operations;
        for (int i = 0; i < 64; ++i) {
            const std::string name =
                std::string(1000, 'x') + std::to_string(round) + "-" + std::to_string(i);
            operations.push_back(operation("replace", "/" + name + "/GET/metrics/enabled", "true"));
        }
        const auto answer = world.call("UpdateStage", world.patch_stage_input("dev", operations));
        if (!answer) refusal = answer.error().message;
    }
    CHECK(refusal.starts_with("The resource exceeds the maximum size of "));
    Value record = world.stage("dev");
    record["apiId"] = world.api;
    record["snapshot"] = std::string(64, 'a');
    CHECK(snapshot::decode_stage(json::write(record)));
}
