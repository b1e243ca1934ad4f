#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

Value deployment_of(const InstallationUnderTest& world, std::string_view id) {
    return Object{{"restApiId", world.api}, {"deploymentId", id}};
}

constexpr const char* kCanaryWithoutStage =
    "400 Invalid deployment content specified.Non null and non empty stageName must be provided "
    "for canary deployment. Provided value is ";

}  // namespace

TEST_CASE("a deployment without a stage name makes no stage") {
    InstallationUnderTest world;
    const Value made = world.call.ok("CreateDeployment", Object{{"restApiId", world.api}});
    CHECK(made.as_object().size() == 2);
    CHECK(made.text("id").size() == 6);
    CHECK(made.integer("createdDate") == 1'774'818'307);
    CHECK(world.call.ok("GetStages", Object{{"restApiId", world.api}}).array("item").empty());
    CHECK(world.told().empty());
}

TEST_CASE("a deployment to a new stage name makes the stage with the given settings") {
    InstallationUnderTest world;
    const std::string id = world.deploy("prod", {{"description", "first"},
                                                 {"stageDescription", "production"},
                                                 {"variables", Object{{"host", "a.example"}}},
                                                 {"cacheClusterEnabled", true},
                                                 {"tracingEnabled", true}});
    const Value stage = world.stage("prod");
    CHECK(stage.text("deploymentId") == id);
    CHECK(stage.text("description") == "production");
    CHECK(stage.object("variables").find("host")->as_string() == "a.example");
    CHECK(stage.flag("tracingEnabled"));
    CHECK(stage.text("cacheClusterSize") == "0.5");
    CHECK(stage.text("cacheClusterStatus") == "AVAILABLE");
    CHECK(world.told() == "Stage " + world.api + "/prod");
    CHECK(world.call.ok("GetDeployment", deployment_of(world, id)).text("description") == "first");
}

TEST_CASE("a deployment to an existing stage moves it and keeps what is not given") {
    InstallationUnderTest world;
    world.deploy(
        "prod", {{"variables", Object{{"host", "a.example"}}}, {"stageDescription", "production"}});
    world.call.now += Seconds{5};
    const std::string second = world.deploy("prod", {{"tracingEnabled", true}});
    const Value stage = world.stage("prod");
    CHECK(stage.text("deploymentId") == second);
    CHECK(stage.text("description") == "production");
    CHECK(stage.object("variables").size() == 1);
    CHECK(stage.flag("tracingEnabled"));
    CHECK(*stage.integer("lastUpdatedDate") == *stage.integer("createdDate") + 5);
}

TEST_CASE("an API is deployed only when every method has an integration") {
    InstallationUnderTest world;
    const Value bare = world.call.ok("CreateRestApi", Object{{"name", "bare"}});
    const Value input = Object{{"restApiId", bare.text("id")}, {"stageName", "prod"}};
    CHECK(world.call.refused("CreateDeployment", input) ==
          "400 The REST API doesn't contain any methods");
    world.call.ok("PutMethod", Object{{"restApiId", bare.text("id")},
                                      {"resourceId", bare.text("rootResourceId")},
                                      {"httpMethod", "GET"},
                                      {"authorizationType", "NONE"}});
    CHECK(world.call.refused("CreateDeployment", input) == "400 No integration defined for method");
    CHECK(world.call.ok("GetStages", Object{{"restApiId", bare.text("id")}}).array("item").empty());
}

TEST_CASE("a draft with emptied templates is deployed") {
    InstallationUnderTest world;
    Value method =
        Object{{"restApiId", world.api},
               {"resourceId", world.call.ok("GetResources", Object{{"restApiId", world.api}})
                                  .array("items")
                                  .front()
                                  .text("id")},
               {"httpMethod", "GET"}};
    Value integration = method;
    integration["type"] = "MOCK";
    integration["requestTemplates"] = Object{{"application/json", ""}};
    CHECK(world.call.ok("PutIntegration", integration)
              .find("requestTemplates")
              ->find("application/json")
              ->is_null());
    Value response = method;
    response["statusCode"] = "200";
    response["responseTemplates"] = Object{{"application/json", ""}};
    world.call.ok("PutIntegrationResponse", response);
    world.deploy("prod");
}

TEST_CASE("an unknown API has no deployments") {
    InstallationUnderTest world;
    const Value input = Object{{"restApiId", "abcde0"}};
    const std::string refusal = "404 Invalid API identifier specified 000000000000:abcde0";
    CHECK(world.call.refused("CreateDeployment", input) == refusal);
    CHECK(world.call.refused("GetDeployments", input) == refusal);
}

TEST_CASE("a canary deployment needs a stage that exists") {
    InstallationUnderTest world;
    Value input =
        Object{{"restApiId", world.api}, {"canarySettings", Object{{"percentTraffic", 50.0}}}};
    CHECK(world.call.refused("CreateDeployment", input) ==
          std::string(kCanaryWithoutStage) + "null");
    input["stageName"] = "";
    CHECK(world.call.refused("CreateDeployment", input) == kCanaryWithoutStage);
    input["stageName"] = "non-existing";
    CHECK(world.call.refused("CreateDeployment", input) ==
          "400 Invalid deployment content specified.Stage non-existing must already be created "
          "before making a canary release deployment");
}

TEST_CASE("a canary deployment leaves the stage's own deployment alone") {
    InstallationUnderTest world;
    const std::string first = world.deploy("prod");
    const std::string second = world.deploy(
        "prod",
        {{"canarySettings", Object{{"percentTraffic", 40.0},
                                   {"stageVariableOverrides", Object{{"host", "b.example"}}}}}});
    const Value stage = world.stage("prod");
    CHECK(stage.text("deploymentId") == first);
    CHECK(*stage.find("canarySettings") ==
          Value(Object{{"deploymentId", second},
                       {"percentTraffic", 40.0},
                       {"useStageCache", false},
                       {"stageVariableOverrides", Object{{"host", "b.example"}}}}));
}

TEST_CASE("the defaults of a canary are no traffic and no cache") {
    InstallationUnderTest world;
    world.deploy("prod");
    const std::string second = world.deploy("prod", {{"canarySettings", Object{}}});
    CHECK(
        *world.stage("prod").find("canarySettings") ==
        Value(Object{{"deploymentId", second}, {"percentTraffic", 0.0}, {"useStageCache", false}}));
}

TEST_CASE("while a canary exists, a plain deployment goes to the canary") {
    InstallationUnderTest world;
    const std::string first = world.deploy("prod");
    world.deploy("prod", {{"canarySettings", Object{{"percentTraffic", 40.0}}}});
    const std::string third = world.deploy("prod");
    const Value stage = world.stage("prod");
    CHECK(stage.text("deploymentId") == first);
    CHECK(stage.find("canarySettings")->text("deploymentId") == third);
    CHECK(stage.find("canarySettings")->number("percentTraffic") == 40.0);
}

TEST_CASE("a share of traffic outside 0 to 100 is refused") {
    InstallationUnderTest world;
    world.deploy("prod");
    for (const double percent : {-1.0, 100.5}) {
        CHECK(world.call.refused("CreateDeployment",
                                 Object{{"restApiId", world.api},
                                        {"stageName", "prod"},
                                        {"canarySettings", Object{{"percentTraffic", percent}}}}) ==
              "400 Canary percentTraffic must be between 0.0 and 100.0");
    }
}

TEST_CASE("a deployment that would need one stage too many is refused whole") {
    InstallationUnderTest world;
    world.call.installation.stages_per_api_max = 1;
    world.deploy("prod");
    CHECK(world.call.refused("CreateDeployment",
                             Object{{"restApiId", world.api}, {"stageName", "beta"}}) ==
          "429 Maximum number of stages for this API has been reached");
    CHECK(world.call.ok("GetDeployments", Object{{"restApiId", world.api}}).array("items").size() ==
          1);
}

TEST_CASE("the same draft gives the same document") {
    InstallationUnderTest world;
    world.deploy("one");
    world.deploy("two");
    world.add_method(
        world.api,
        world.call.ok("GetRestApi", Object{{"restApiId", world.api}}).text("rootResourceId"),
        "POST");
    world.deploy("three");
    std::vector<std::string> hashes;
    static_cast<void>(
        world.call.store.run(service::Access::Read, [&](service::Transaction& transaction) {
            for (const service::Row& row :
                 transaction.scan(service::Table::Deployments, world.api)) {
                hashes.emplace_back(row.document.text("snapshot"));
            }
            return Result<Value>(Value());
        }));
    REQUIRE(hashes.size() == 3);
    CHECK(hashes[0] == hashes[1]);
    CHECK(hashes[0] != hashes[2]);
}

TEST_CASE("the document holds the whole draft") {
    InstallationUnderTest world;
    world.deploy("prod");
    Value document;
    static_cast<void>(
        world.call.store.run(service::Access::Read, [&](service::Transaction& transaction) {
            const auto rows = transaction.scan(service::Table::Deployments, world.api);
            document = *json::parse(*transaction.blob(rows.front().document.text("snapshot")));
            return Result<Value>(Value());
        }));
    CHECK(document.integer("format") == 1);
    CHECK(document.find("restApi")->text("id") == world.api);
    CHECK(document.find("restApi")->find("tags") == nullptr);
    const Array& resources = document.array("resources");
    REQUIRE(resources.size() == 2);
    CHECK(resources[1].text("path") == "/pets");
    const Value* method = resources[1].object("resourceMethods").find("GET");
    REQUIRE(method != nullptr);
    CHECK(method->text("authorizationType") == "NONE");
    CHECK(method->find("methodIntegration")->text("type") == "MOCK");
    CHECK(document.array("models").size() == 2);
}

TEST_CASE("what a deployment froze does not follow the draft") {
    InstallationUnderTest world;
    const std::string id = world.deploy("prod");
    world.add_method(
        world.api,
        world.call.ok("GetRestApi", Object{{"restApiId", world.api}}).text("rootResourceId"),
        "POST");
    Value input = deployment_of(world, id);
    CHECK(world.call.ok("GetDeployment", input).find("apiSummary") == nullptr);
    input["embed"] = Array{"apisummary"};
    const Value none = Object{{"authorizationType", "NONE"}, {"apiKeyRequired", false}};
    CHECK(*world.call.ok("GetDeployment", input).find("apiSummary") ==
          Value(Object{{"/", Object{{"GET", none}}}, {"/pets", Object{{"GET", none}}}}));
}

TEST_CASE("deployments are listed page by page, oldest first, without the hash") {
    InstallationUnderTest world;
    const std::string first = world.deploy();
    const std::string second = world.deploy();
    Value input = Object{{"restApiId", world.api}, {"limit", 1}};
    const Value page = world.call.ok("GetDeployments", input);
    REQUIRE(page.array("items").size() == 1);
    CHECK(page.array("items")[0].text("id") == first);
    CHECK(page.array("items")[0].find("snapshot") == nullptr);
    input["position"] = page.text("position");
    const Value rest = world.call.ok("GetDeployments", input);
    CHECK(rest.array("items")[0].text("id") == second);
    CHECK(rest.find("position") == nullptr);
}

TEST_CASE("of a deployment only the description can be patched") {
    InstallationUnderTest world;
    Value input = deployment_of(world, world.deploy());
    input["patchOperations"] = Array{operation("replace", "/description", "new")};
    CHECK(world.call.ok("UpdateDeployment", input).text("description") == "new");
    input["patchOperations"] = Array{operation("replace", "/id", "x")};
    CHECK(world.call.refused("UpdateDeployment", input) ==
          "400 Invalid patch path  '/id' specified for op 'replace'. Must be one of: "
          "[/description]");
    input["patchOperations"] = Array{operation("add", "/description", "x")};
    CHECK(world.call.refused("UpdateDeployment", input) ==
          "400 Invalid patch path  '/description' specified for op 'add'. Please choose supported "
          "operations");
}

TEST_CASE("a deployment that a stage or its canary uses cannot be deleted") {
    InstallationUnderTest world;
    const std::string first = world.deploy("prod");
    const std::string second = world.deploy("prod", {{"canarySettings", Object{}}});
    const std::string refusal =
        "400 Active stages pointing to this deployment must be moved or deleted";
    CHECK(world.call.refused("DeleteDeployment", deployment_of(world, first)) == refusal);
    CHECK(world.call.refused("DeleteDeployment", deployment_of(world, second)) == refusal);
    world.patch_stage("prod", {operation("remove", "/canarySettings")});
    CHECK(world.call.ok("DeleteDeployment", deployment_of(world, second)) == Value(Object{}));
    CHECK(world.call.refused("GetDeployment", deployment_of(world, second)) ==
          "404 Invalid Deployment identifier specified");
    CHECK(world.call.refused("DeleteDeployment", deployment_of(world, second)) ==
          "404 Invalid Deployment identifier specified");
}
