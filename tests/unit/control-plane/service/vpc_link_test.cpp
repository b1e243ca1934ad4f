#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

constexpr std::string_view kTarget =
    "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/nlb/1234567890123456";

Value named(std::string_view id) { return Object{{"vpcLinkId", id}}; }

Value creating(std::string_view name, Array targets = {kTarget}) {
    return Object{{"name", name}, {"targetArns", std::move(targets)}};
}

std::string create(InstallationUnderTest& world) {
    return std::string(world.call.ok("CreateVpcLink", creating("link")).text("id"));
}

Value root_get(InstallationUnderTest& world) {
    const Value resources = world.call.ok("GetResources", Object{{"restApiId", world.api}});
    return Object{{"restApiId", world.api},
                  {"resourceId", resources.array("items")[0].text("id")},
                  {"httpMethod", "GET"}};
}

/// GET / goes through the link.
Value integrating(InstallationUnderTest& world, std::string_view link) {
    Value input = root_get(world);
    for (const auto& [name, value] : Object{{"type", "HTTP_PROXY"},
                                            {"integrationHttpMethod", "GET"},
                                            {"uri", "http://internal.example"},
                                            {"connectionType", "VPC_LINK"},
                                            {"connectionId", link}}) {
        input[name] = value;
    }
    return input;
}

}  // namespace

TEST_CASE("a link is pending when it is made and ready for whoever looks at it") {
    InstallationUnderTest world;
    const Value made = world.call.ok("CreateVpcLink", Object{{"name", "link"},
                                                             {"description", "d"},
                                                             {"targetArns", Array{kTarget}},
                                                             {"tags", Object{{"a", "b"}}}});
    CHECK(made.text("status") == "PENDING");
    CHECK(made.find("statusMessage") == nullptr);
    CHECK(made.text("id").size() == 6);
    Value expected = made;
    expected["status"] = "AVAILABLE";
    expected["statusMessage"] = "Your vpc link is ready for use";
    CHECK(world.call.ok("GetVpcLink", named(made.text("id"))) == expected);
    CHECK(world.call.ok("GetVpcLinks").array("items") == Array{expected});
}

TEST_CASE("a link needs a name and one well-formed target") {
    InstallationUnderTest world;
    CHECK(world.call.refused("CreateVpcLink", creating("")) == "400 Name cannot be empty");
    CHECK(world.call.refused("CreateVpcLink", creating(" ", {"bad"})) ==
          "400 Name cannot be empty");
    CHECK(world.call.refused("CreateVpcLink", creating("x", {"invalid-arn"})) ==
          "400 Invalid ARN. ARN is not well formed invalid-arn");
    CHECK(
        world.call.refused("CreateVpcLink", creating("x", Array{})).starts_with("400 Exactly one"));
    CHECK(world.call.refused("CreateVpcLink", creating("x", {kTarget, kTarget}))
              .starts_with("400 Exactly one"));
    CHECK(world.call.ok("GetVpcLinks").array("items").empty());
}

TEST_CASE("name and description of a link can be changed, all or nothing") {
    InstallationUnderTest world;
    const std::string id = create(world);
    const auto patching = [&](Array operations) {
        return Object{{"vpcLinkId", id}, {"patchOperations", std::move(operations)}};
    };
    const Value changed =
        world.call.ok("UpdateVpcLink", patching({operation("replace", "/name", "other"),
                                                 operation("replace", "/description", "d")}));
    CHECK(changed.text("name") == "other");
    CHECK(changed.text("status") == "AVAILABLE");
    CHECK(world.call.ok("GetVpcLink", named(id)) == changed);
    CHECK(world.call.refused("UpdateVpcLink", patching({operation("replace", "/description", "e"),
                                                        operation("replace", "/name", "")})) ==
          "400 Name cannot be empty");
    CHECK(
        world.call.refused("UpdateVpcLink", patching({operation("replace", "/targetArns", "x")})) ==
        "400 Invalid patch path  '/targetArns' specified for op 'replace'. Must be one of: [/name, "
        "/description]");
    CHECK(world.call.ok("GetVpcLink", named(id)) == changed);
}

TEST_CASE("an integration names a link that exists, or leaves it to the stage") {
    InstallationUnderTest world;
    CHECK(world.call.refused("PutIntegration", integrating(world, "abc123")) ==
          "400 Invalid Vpc Link identifier specified");
    CHECK(world.call("PutIntegration", integrating(world, "${stageVariables.link}")));
    const std::string id = create(world);
    CHECK(world.call.ok("PutIntegration", integrating(world, id)).text("connectionId") == id);
    Value patching = root_get(world);
    patching["patchOperations"] = Array{operation("replace", "/connectionId", "nope")};
    CHECK(world.call.refused("UpdateIntegration", patching) ==
          "400 Invalid Vpc Link identifier specified");
}

TEST_CASE("a link that a deployed method uses stays until no stage runs it") {
    InstallationUnderTest world;
    const std::string id = create(world);
    world.call.ok("PutIntegration", integrating(world, id));
    const std::string root(root_get(world).text("resourceId"));
    const std::string with_link = world.deploy("dev");
    world.deploy("test");
    const auto refusal = [&](const std::string& uses) {
        return "400 Cannot delete vpc link. Vpc link '" + id + "', is referenced in [" + uses +
               "] in format of [RESTApiId:Method:Resource:Stage].";
    };
    const std::string use = world.api + ":GET:" + root + ":";
    CHECK(world.call.refused("DeleteVpcLink", named(id)) == refusal(use + "dev, " + use + "test"));
    CHECK(world.call
              .ok("GetDeployment", Object{{"restApiId", world.api}, {"deploymentId", with_link}})
              .find("vpcLinks") == nullptr);

    Value mock = root_get(world);
    mock["type"] = "MOCK";
    world.call.ok("PutIntegration", mock);
    CHECK(world.call.refused("DeleteVpcLink", named(id)).starts_with("400 "));
    const std::string without = world.deploy("dev");
    CHECK(world.call.refused("DeleteVpcLink", named(id)) == refusal(use + "test"));
    // A canary runs its own deployment.
    world.patch_stage("dev", {operation("replace", "/canarySettings/deploymentId", with_link)});
    CHECK(world.call.refused("DeleteVpcLink", named(id)) == refusal(use + "dev, " + use + "test"));
    world.patch_stage("dev", {operation("remove", "/canarySettings")});
    world.patch_stage("test", {operation("replace", "/deploymentId", without)});
    world.call.ok("DeleteVpcLink", named(id));
    CHECK(world.call.refused("GetVpcLink", named(id)) ==
          "404 Invalid Vpc Link identifier specified");
}

TEST_CASE("neither a draft nor a stage variable holds a link") {
    InstallationUnderTest world;
    const std::string id = create(world);
    world.call.ok("PutIntegration", integrating(world, "${stageVariables.link}"));
    world.deploy("dev", {{"variables", Object{{"link", id}}}});
    world.call.ok("PutIntegration", integrating(world, id));
    CHECK(world.call("DeleteVpcLink", named(id)));
}

TEST_CASE("links are counted, and unknown ones not found") {
    InstallationUnderTest world;
    world.call.installation.vpc_links_max = 1;
    create(world);
    CHECK(world.call.refused("CreateVpcLink", creating("x")).starts_with("429 "));
    for (const char* name : {"GetVpcLink", "UpdateVpcLink", "DeleteVpcLink"}) {
        CHECK(world.call.refused(name, named("nope")) ==
              "404 Invalid Vpc Link identifier specified");
    }
}
