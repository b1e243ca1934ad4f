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
    Value in_api(const Object& more) const {
        Value input = Object{{"restApiId", api}};
        for (const auto& [name, value] : more) input[name] = value;
        return input;
    }
    Value named(std::string_view version) const {
        return in_api({{"documentationVersion", version}});
    }
    Value make(std::string_view version, const Object& more = {}) {
        Value input = in_api(more);
        input["documentationVersion"] = version;
        return call.ok("CreateDocumentationVersion", input);
    }
    std::string make_part(std::string_view properties) {
        return std::string(
            call.ok("CreateDocumentationPart",
                    in_api({{"location", Object{{"type", "API"}}}, {"properties", properties}}))
                .text("id"));
    }
    Array frozen(const std::string& version) {
        Array parts;
        const auto read =
            call.store.run(service::Access::Read, [&](service::Transaction& transaction) {
                parts = transaction.find(service::Table::DocumentationVersions, {api, version})
                            ->array("parts");
                return Result<Value>(Value());
            });
        REQUIRE(read);
        return parts;
    }
};

}  // namespace

TEST_CASE("a version freezes the parts and does not show them") {
    World world;
    const std::string part = world.make_part(R"({"description":"old"})");
    const Value made = world.make("1.0", {{"description", "first"}});
    CHECK(made == Value(Object{{"version", "1.0"},
                               {"createdDate", epoch_seconds(world.call.now)},
                               {"description", "first"}}));
    CHECK(world.call.ok("GetDocumentationVersion", world.named("1.0")) == made);
    world.call.ok("UpdateDocumentationPart",
                  world.in_api({{"documentationPartId", part},
                                {"patchOperations",
                                 Array{operation("replace", "/properties", "{\"a\":1}")}}}));
    CHECK(world.frozen("1.0") == Array{Object{{"id", part},
                                              {"location", Object{{"type", "API"}}},
                                              {"properties", R"({"description":"old"})"}}});
    const Value second = world.make("2.0");
    CHECK(second.find("description") == nullptr);
    CHECK(world.call.ok("GetDocumentationVersions", world.in_api({})).array("items") ==
          Array{made, second});
}

TEST_CASE("a version may be attached to a stage as it is made") {
    World world;
    world.call.now += Seconds(7);
    world.make("1.0", {{"stageName", "dev"}});
    CHECK(world.stage("dev").text("documentationVersion") == "1.0");
    CHECK(world.stage("dev").integer("lastUpdatedDate") == epoch_seconds(world.call.now));
    CHECK(world.told() == "Stage " + world.api + "/dev");
    CHECK(world.call.refused(
              "CreateDocumentationVersion",
              world.in_api({{"documentationVersion", "2.0"}, {"stageName", "nope"}})) ==
          "404 Invalid stage identifier specified");
    CHECK(world.call.refused("GetDocumentationVersion", world.named("2.0")) ==
          "404 Invalid Documentation version specified");
}

TEST_CASE("a stage shows a version that there is") {
    World world;
    world.make("1.0");
    world.make("2.0");
    CHECK(world.patch_stage("dev", Array{operation("replace", "/documentationVersion", "2.0")})
              .text("documentationVersion") == "2.0");
    CHECK(world.refused_stage_patch("dev", operation("replace", "/documentationVersion", "3.0")) ==
          "400 Invalid Documentation version specified");
    const std::string deployment(world.stage("dev").text("deploymentId"));
    Value stage = world.in_api(
        {{"stageName", "other"}, {"deploymentId", deployment}, {"documentationVersion", "1.0"}});
    CHECK(world.call.ok("CreateStage", stage).text("documentationVersion") == "1.0");
    stage["stageName"] = "third";
    stage["documentationVersion"] = "9";
    CHECK(world.call.refused("CreateStage", stage) ==
          "400 Invalid Documentation version specified");
    CHECK(world.patch_stage("dev", Array{operation("replace", "/documentationVersion", "")})
              .find("documentationVersion") == nullptr);
}

TEST_CASE("a version that a stage shows stays") {
    World world;
    world.make("1.0", {{"stageName", "dev"}});
    CHECK(world.call.refused("DeleteDocumentationVersion", world.named("1.0")) ==
          "409 Cannot delete documentation version '1.0', is referenced in stage: dev");
    world.patch_stage("dev", Array{operation("replace", "/documentationVersion", "")});
    world.call.ok("DeleteDocumentationVersion", world.named("1.0"));
    CHECK(world.call.refused("DeleteDocumentationVersion", world.named("1.0")) ==
          "404 Invalid Documentation version specified");
}

TEST_CASE("of a version only the description changes") {
    World world;
    world.make("1.0");
    const auto patch = [&](const Value& one) {
        return world.in_api({{"documentationVersion", "1.0"}, {"patchOperations", Array{one}}});
    };
    const Value changed = world.call.ok("UpdateDocumentationVersion",
                                        patch(operation("replace", "/description", "better")));
    CHECK(changed.text("description") == "better");
    CHECK(changed.find("parts") == nullptr);
    CHECK(world.call.refused("UpdateDocumentationVersion",
                             patch(operation("replace", "/version", "2"))) ==
          "400 Invalid patch path  '/version' specified for op 'replace'. Must be one of: "
          "[/description]");
}

TEST_CASE("a version has a name of its own") {
    World world;
    world.make("1.0");
    const auto refused = [&](const std::string& version) {
        return world.call.refused("CreateDocumentationVersion", world.named(version));
    };
    CHECK(refused("1.0") == "409 Documentation version already exists: 1.0");
    CHECK(refused(" ") == "400 Documentation version must have 1 to 64 characters");
    CHECK(refused(std::string(65, 'v')) ==
          "400 Documentation version must have 1 to 64 characters");
    world.call.installation.documentation_versions_per_api_max = 1;
    CHECK(refused("2.0") ==
          "429 Maximum number of documentation versions for this API has been reached");
}

TEST_CASE("versions are listed and made below an API that there is") {
    World world;
    Value input = world.named("1.0");
    input["restApiId"] = "unknown";
    for (const char* verb :
         {"CreateDocumentationVersion", "GetDocumentationVersions", "DeleteDocumentationVersion"}) {
        CHECK(world.call.refused(verb, input) ==
              "404 Invalid API identifier specified 000000000000:unknown");
    }
}
