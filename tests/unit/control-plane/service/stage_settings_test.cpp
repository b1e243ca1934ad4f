#include <doctest/doctest.h>

#include <array>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

/// What holds for every group of settings of a stage that is an addition to the contract.
namespace {

struct Settings {
    std::string_view name;    ///< Of the operations: "Get<name>Settings".
    std::string_view member;  ///< Of the stage's document.
    Value off;
    Value some;
};

std::vector<Settings> all_settings() {
    return {
        {"Explain", "explain", Object{{"percentTraffic", 0.0}, {"dataTraceEnabled", false}},
         Object{{"percentTraffic", 12.5}, {"dataTraceEnabled", true}}},
        {"Cache", "responseCache",
         Object{{"staleWhileRevalidateInSeconds", 0}, {"staleIfErrorInSeconds", 0}},
         Object{{"staleWhileRevalidateInSeconds", 30}, {"staleIfErrorInSeconds", 60}}},
        {"Limit", "limits", Object{{"headersEnabled", false}, {"usageEnabled", false}},
         Object{{"headersEnabled", true}, {"usageEnabled", true}}},
    };
}

struct World : InstallationUnderTest {
    explicit World(Settings its_settings) : settings(std::move(its_settings)) {
        deploy("dev");
        told();
    }
    Value named(std::string_view stage) const {
        return Object{{"restApiId", api}, {"stageName", stage}};
    }
    std::string operation_of(const char* verb) const {
        return verb + std::string(settings.name) + "Settings";
    }
    Value get(std::string_view stage = "dev") { return call.ok(operation_of("Get"), named(stage)); }
    Value putting(const Value& wanted, std::string_view stage = "dev") const {
        Value input = named(stage);
        for (const auto& [member, value] : wanted.as_object()) input[member] = value;
        return input;
    }
    Value put(const Value& wanted) { return call.ok(operation_of("Put"), putting(wanted)); }
    bool has_some() { return get() == settings.some; }

    Settings settings;
};

template <typename Check>
void for_all(Check check) {
    for (const Settings& settings : all_settings()) {
        CAPTURE(settings.name);
        World world(settings);
        check(world);
    }
}

}  // namespace

TEST_CASE("a setting of a stage is off until somebody says so, and of a stage that is there") {
    for_all([](World& world) {
        CHECK(world.get() == world.settings.off);
        CHECK(world.call.refused(world.operation_of("Get"), world.named("nope")) ==
              "404 Invalid stage identifier specified");
        CHECK(world.call.refused(world.operation_of("Put"),
                                 world.putting(world.settings.some, "nope")) ==
              "404 Invalid stage identifier specified");
        CHECK(world.told().empty());
    });
}

TEST_CASE("a setting of a stage is answered, kept, dated and told to the workers") {
    for_all([](World& world) {
        const Value before = world.stage("dev");
        world.call.now += Seconds(5);
        CHECK(world.put(world.settings.some) == world.settings.some);
        CHECK(world.told() == "Stage " + world.api + "/dev");
        CHECK(world.has_some());
        CHECK(world.stage("dev").integer("lastUpdatedDate") ==
              *before.integer("lastUpdatedDate") + 5);
        CHECK(world.put(world.settings.off) == world.settings.off);
        CHECK(world.get() == world.settings.off);
    });
}

TEST_CASE("the contract's answers do not show a setting, and its patches do not reach it") {
    for_all([](World& world) {
        world.put(world.settings.some);
        const std::string_view member = world.settings.member;
        CHECK(world.stage("dev").find(member) == nullptr);
        const Value stages = world.call.ok("GetStages", world.named("dev"));
        CHECK(stages.array("item")[0].find(member) == nullptr);
        CHECK(world.patch_stage("dev", Array{}).find(member) == nullptr);
        const std::string path = "/" + std::string(member);
        for (const std::string& inner : {path, path + "/x"}) {
            CHECK(world.refused_stage_patch("dev", operation("replace", inner, "1"))
                      .starts_with("400"));
            CHECK(world.refused_stage_patch("dev", operation("remove", inner)).starts_with("400"));
        }
        CHECK(world.has_some());
    });
}

TEST_CASE("a setting stays whatever else happens to the stage") {
    for_all([](World& world) {
        world.put(world.settings.some);
        world.patch_stage("dev", Array{operation("replace", "/description", "changed"),
                                       operation("replace", "/cacheClusterEnabled", "true")});
        CHECK(world.has_some());
        world.deploy("dev");
        CHECK(world.has_some());
        world.deploy("dev", {{"canarySettings", Object{{"percentTraffic", 5.0}}}});
        CHECK(world.has_some());
        world.call.ok("RollBackStage", world.named("dev"));
        CHECK(world.has_some());
        world.call.ok("FlushStageCache", world.named("dev"));
        world.call.ok("FlushStageAuthorizersCache", world.named("dev"));
        CHECK(world.has_some());
    });
}

TEST_CASE("a new stage starts without a setting, even under the name of an old one") {
    for_all([](World& world) {
        world.put(world.settings.some);
        const std::string deployment = world.deploy("other");
        CHECK(world.get("other") == world.settings.off);
        Value made = world.named("third");
        made["deploymentId"] = deployment;
        world.call.ok("CreateStage", made);
        CHECK(world.get("third") == world.settings.off);
        world.call.ok("DeleteStage", world.named("dev"));
        world.deploy("dev");
        CHECK(world.get() == world.settings.off);
    });
}
