#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

TEST_CASE("six kinds of SDK, page by page") {
    InstallationUnderTest world;
    std::vector<std::string> ids;
    std::string position;
    do {
        Value input = Object{{"limit", 4}};
        if (!position.empty()) input["position"] = position;
        const Value page = world.call.ok("GetSdkTypes", input);
        CHECK(page.array("items").size() <= 4);
        for (const Value& type : page.array("items")) ids.emplace_back(type.text("id"));
        position = page.text("position");
    } while (!position.empty());
    CHECK(ids ==
          std::vector<std::string>{"java", "javascript", "android", "objectivec", "swift", "ruby"});
    CHECK(world.call.refused("GetSdkTypes", Object{{"position", "?"}}) ==
          "400 Invalid position parameter");
}

TEST_CASE("a kind of SDK tells what it wants to know") {
    InstallationUnderTest world;
    const Value ruby = world.call.ok("GetSdkType", Object{{"id", "ruby"}});
    std::vector<std::string> required;
    for (const Value& property : ruby.array("configurationProperties")) {
        if (property.flag("required")) required.emplace_back(property.text("name"));
    }
    CHECK(required == std::vector<std::string>{"service.name"});
    CHECK(ruby.array("configurationProperties")[2].text("defaultValue") == "1.0.0");
    CHECK(
        world.call.ok("GetSdkType", Object{{"id", "javascript"}}).find("configurationProperties") ==
        nullptr);
    CHECK(world.call.refused("GetSdkType", Object{{"id", "cobol"}}) ==
          "404 Invalid SDK Type identifier specified");
}

TEST_CASE("an SDK is refused for what is wrong with the call, then because there is none yet") {
    InstallationUnderTest world;
    world.deploy("dev");
    const auto refusal = [&](std::string_view api, std::string_view stage, std::string_view type,
                             const Object& parameters) {
        return world.call.refused("GetSdk", Object{{"restApiId", api},
                                                   {"stageName", stage},
                                                   {"sdkType", type},
                                                   {"parameters", parameters}});
    };
    CHECK(refusal("nope", "dev", "ruby", {}).starts_with("404 Invalid API identifier"));
    CHECK(refusal(world.api, "no", "ruby", {}) == "404 Invalid stage identifier specified");
    CHECK(refusal(world.api, "dev", "cobol", {}) == "404 Invalid SDK Type identifier specified");
    CHECK(refusal(world.api, "dev", "ruby", {}) == "400 Missing required parameter: service.name");
    CHECK(refusal(world.api, "dev", "java", {{"serviceName", "s"}}) ==
          "400 Missing required parameter: java.package-name");
    for (const Object& parameters : {Object{{"serviceName", "s"}, {"javaPackageName", "p"}},
                                     Object{{"service.name", "s"}, {"java.package-name", "p"}}}) {
        CHECK(refusal(world.api, "dev", "java", parameters).starts_with("400 GetSdk is not"));
    }
    CHECK(refusal(world.api, "dev", "javascript", {}).starts_with("400 GetSdk is not"));
}
