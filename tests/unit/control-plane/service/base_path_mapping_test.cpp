#include <doctest/doctest.h>

#include "tests/unit/control-plane/service/domain_name_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

constexpr const char* kDomain = "api.example.com";

/// A domain name, and an API with a stage "dev".
class World : public DomainNamesUnderTest {
public:
    World() {
        deploy("dev");
        create(regional(kDomain));
    }
    Value mapping(const Object& more = {}) const {
        return merged(Object{{"domainName", kDomain}, {"restApiId", api}}, more);
    }
    static Value at(std::string_view base_path) {
        return Object{{"domainName", kDomain}, {"basePath", base_path}};
    }
    Value patch_mapping(std::string_view base_path, Array operations) {
        return call.ok("UpdateBasePathMapping",
                       merged(at(base_path), {{"patchOperations", std::move(operations)}}));
    }
    std::string refused_mapping_patch(std::string_view base_path, const Value& one) {
        return call.refused("UpdateBasePathMapping",
                            merged(at(base_path), {{"patchOperations", Array{one}}}));
    }
};

}  // namespace

TEST_CASE("the empty base path is written (none), however it was given") {
    World world;
    const Value expected =
        Object{{"basePath", "(none)"}, {"restApiId", world.api}, {"stage", "dev"}};
    for (const Object& given :
         {Object{}, Object{{"basePath", ""}}, Object{{"basePath", "(none)"}}}) {
        Value input = world.mapping(given);
        input["stage"] = "dev";
        CHECK(world.call.ok("CreateBasePathMapping", input) == expected);
        CHECK(world.call.ok("GetBasePathMapping", World::at("(none)")) == expected);
        CHECK(world.call.refused("CreateBasePathMapping", input) ==
              "409 Base path already exists for this domain name");
        world.call.ok("DeleteBasePathMapping", World::at("(none)"));
    }
}

TEST_CASE("a mapping without a stage shows none") {
    World world;
    for (const char* stage : {"", "(none)"}) {
        const Value made = world.call.ok("CreateBasePathMapping",
                                         world.mapping({{"basePath", "v1"}, {"stage", stage}}));
        CHECK(made == Value(Object{{"basePath", "v1"}, {"restApiId", world.api}}));
        world.call.ok("DeleteBasePathMapping", World::at("v1"));
    }
}

TEST_CASE("mappings of one domain name are listed in pages") {
    World world;
    for (const char* path : {"a", "b", "c"}) {
        world.call.ok("CreateBasePathMapping", world.mapping({{"basePath", path}}));
    }
    const Value input = Object{{"domainName", kDomain}, {"limit", 2}};
    const Value first = world.call.ok("GetBasePathMappings", input);
    CHECK(first.array("items").size() == 2);
    const Value rest =
        world.call.ok("GetBasePathMappings", merged(input, {{"position", first.text("position")}}));
    REQUIRE(rest.array("items").size() == 1);
    CHECK(rest.array("items")[0].text("basePath") == "c");
}

TEST_CASE("base paths are one segment of allowed characters") {
    World world;
    const auto refusal = [&](const std::string& path) {
        return world.call.refused("CreateBasePathMapping", world.mapping({{"basePath", path}}));
    };
    CHECK(refusal("a/b") ==
          "400 API Gateway V1 doesn't support the slash character (/) in base path mappings. To "
          "create a multi-level base path mapping, use API Gateway V2.");
    CHECK(refusal("a b").starts_with("400 Invalid base path"));
    CHECK(refusal("a~").starts_with("400 Invalid base path"));
    CHECK(refusal(std::string(301, 'a')).starts_with("400 Invalid base path"));
    CHECK(world.call("CreateBasePathMapping", world.mapping({{"basePath", "aZ9$_.+!*'()-"}})));
}

TEST_CASE("a mapping leads to an API and a stage that exist") {
    World world;
    CHECK(world.call.refused("CreateBasePathMapping", world.mapping({{"restApiId", "nope"}})) ==
          "400 Invalid REST API identifier specified");
    CHECK(world.call.refused("CreateBasePathMapping", world.mapping({{"stage", "no"}})) ==
          "400 Invalid stage identifier specified");
    CHECK(world.call.refused("CreateBasePathMapping",
                             world.mapping({{"domainName", "no.example.com"}})) ==
          "404 Invalid domain name identifier specified");
}

TEST_CASE("private domain names lead to private APIs, public ones to the others") {
    World world;
    const Value made = world.create(World::private_one("in.example.com"));
    const Value secret = world.call.ok(
        "CreateRestApi", Object{{"name", "p"}, {"endpointConfiguration", endpoint("PRIVATE")}});
    const Value in_private =
        merged(World::named("in.example.com", made.text("domainNameId")), {{"basePath", "v1"}});
    CHECK(
        world.call.refused("CreateBasePathMapping", merged(in_private, {{"restApiId", world.api}}))
            .starts_with("400 Private APIs"));
    CHECK(world.call
              .refused("CreateBasePathMapping", world.mapping({{"restApiId", secret.text("id")}}))
              .starts_with("400 Private APIs"));
    world.call.ok("CreateBasePathMapping", merged(in_private, {{"restApiId", secret.text("id")}}));
    CHECK(world.call.ok("GetBasePathMapping", in_private).text("restApiId") == secret.text("id"));
    world.call.ok("DeleteBasePathMapping", in_private);
}

TEST_CASE("a domain name that goes by rules alone takes no mappings and keeps those it has") {
    World world;
    world.call.ok("CreateBasePathMapping", world.mapping({{"basePath", "old"}}));
    world.patch(kDomain, {operation("replace", "/routingMode", "ROUTING_RULE_ONLY")});
    CHECK(world.call.refused("CreateBasePathMapping", world.mapping()).starts_with("400 "));
    CHECK(world.call("GetBasePathMapping", World::at("old")));
}

TEST_CASE("every part of a mapping can be replaced") {
    World world;
    const std::string other = world.make_api("other");
    world.call.ok("CreateBasePathMapping", world.mapping({{"stage", "dev"}}));
    Value changed = world.patch_mapping("(none)", {operation("replace", "/basePath", "v1")});
    CHECK(changed.text("basePath") == "v1");
    CHECK(world.call.refused("GetBasePathMapping", World::at("(none)")) ==
          "404 Invalid base path mapping identifier specified");
    CHECK(world.refused_mapping_patch("v1", operation("replace", "/restapiId", other)) ==
          "400 Invalid stage identifier specified");
    changed = world.patch_mapping(
        "v1", {operation("replace", "/restapiId", other), operation("replace", "/stage", "(none)"),
               operation("replace", "/basepath", "")});
    CHECK(changed == Value(Object{{"basePath", "(none)"}, {"restApiId", other}}));
    CHECK(world.call.ok("GetBasePathMapping", World::at("(none)")) == changed);
    CHECK(world
              .patch_mapping("(none)", {operation("replace", "/restApiId", world.api),
                                        operation("replace", "/stage", "dev")})
              .text("stage") == "dev");
}

TEST_CASE("a mapping cannot take the base path of another") {
    World world;
    for (const char* path : {"a", "b"}) {
        world.call.ok("CreateBasePathMapping", world.mapping({{"basePath", path}}));
    }
    CHECK(world.refused_mapping_patch("a", operation("replace", "/basePath", "b")) ==
          "409 Base path already exists for this domain name");
    CHECK(world.call("GetBasePathMapping", World::at("a")));
    CHECK(world.refused_mapping_patch("a", operation("replace", "/basePath", "x/y"))
              .starts_with("400 API Gateway V1 doesn't"));
    CHECK(world.refused_mapping_patch("a", operation("add", "/stage", "dev")) ==
          "400 Invalid patch path  '/stage' specified for op 'add'. Please choose supported "
          "operations");
}

TEST_CASE("an API with a mapping stays") {
    World world;
    world.call.ok("CreateBasePathMapping", world.mapping());
    CHECK(world.call.refused("DeleteRestApi", Object{{"restApiId", world.api}})
              .ends_with("in your domains: api.example.com"));
    world.call.ok("DeleteBasePathMapping", World::at("(none)"));
    CHECK(world.call("DeleteRestApi", Object{{"restApiId", world.api}}));
}

TEST_CASE("a mapping that is not there is not found") {
    World world;
    for (const char* name :
         {"GetBasePathMapping", "UpdateBasePathMapping", "DeleteBasePathMapping"}) {
        CHECK(world.call.refused(name, World::at("no")) ==
              "404 Invalid base path mapping identifier specified");
        CHECK(world.call.refused(name, Object{{"domainName", "no"}, {"basePath", "x"}}) ==
              "404 Invalid domain name identifier specified");
    }
}
