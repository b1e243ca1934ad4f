#include "control-plane/service/test_invoke.hpp"

#include <doctest/doctest.h>

#include "common/snapshot/decode.hpp"
#include "control-plane/service/bindings.hpp"
#include "tests/support/memory_store.hpp"

using namespace turnpike;
using namespace turnpike::tests;
using json::Array;
using json::Object;
using json::Value;

namespace {

/// An API with GET / (MOCK) and ANY /pets/{id} (HTTP_PROXY), and a method without an integration.
struct Draft {
    Draft() {
        const Value made = call.ok("CreateRestApi", Object{{"name", "pets"}});
        api = made.text("id");
        root = made.text("rootResourceId");
        pets = add_resource(root, "pets");
        pet = add_resource(pets, "{id}");
        sibling = add_resource(pets, "special");
        add_method(root, "GET", Object{{"type", "MOCK"}});
        add_method(pet, "ANY",
                   Object{{"type", "HTTP_PROXY"},
                          {"integrationHttpMethod", "POST"},
                          {"uri", "http://example.com/"}});
        put_method(sibling, "GET");
    }

    std::string add_resource(std::string_view parent, std::string_view part) {
        return std::string(
            call.ok("CreateResource",
                    Object{{"restApiId", api}, {"parentId", parent}, {"pathPart", part}})
                .text("id"));
    }
    void put_method(std::string_view resource, std::string_view verb) {
        call.ok("PutMethod", Object{{"restApiId", api},
                                    {"resourceId", resource},
                                    {"httpMethod", verb},
                                    {"authorizationType", "NONE"}});
    }
    void add_method(std::string_view resource, std::string_view verb, Object integration) {
        put_method(resource, verb);
        integration.set("restApiId", api);
        integration.set("resourceId", resource);
        integration.set("httpMethod", verb);
        call.ok("PutIntegration", std::move(integration));
    }
    Value input(std::string_view resource, std::string_view verb, const Object& more = {}) const {
        Value value = Object{{"restApiId", api}, {"resourceId", resource}, {"httpMethod", verb}};
        for (const auto& [name, member] : more) value[name] = member;
        return value;
    }
    Value plan(std::string_view resource, std::string_view verb, const Object& more = {}) {
        return call.ok("TestInvokeMethod", input(resource, verb, more));
    }

    Caller call{{service::rest_api_bindings(), service::resource_bindings(),
                 service::method_bindings(), service::integration_bindings(),
                 service::test_invoke_bindings()}};
    std::string api;
    std::string root;
    std::string pets;
    std::string pet;
    std::string sibling;
};

}  // namespace

TEST_CASE_FIXTURE(Draft, "the document has the tested method, the way to it, and nothing else") {
    const Value planned = plan(pet, "POST");
    const auto document = snapshot::decode_deployment(planned.text("document"));
    REQUIRE(document);
    CHECK(document->api.id == api);
    std::vector<std::string> paths;
    std::vector<std::string> methods;
    for (const model::Resource& resource : document->resources) {
        paths.push_back(resource.path);
        for (const model::Method& method : resource.methods) {
            methods.push_back(method.http_method + " " + resource.path);
        }
    }
    std::ranges::sort(paths);
    CHECK(paths == std::vector<std::string>{"/", "/pets", "/pets/{id}"});
    CHECK(methods == std::vector<std::string>{"ANY /pets/{id}"});
}

TEST_CASE_FIXTURE(Draft, "what is left out of a call has its default") {
    const Value asked = *plan(pet, "ANY").find("call");
    CHECK(asked.text("resourceId") == pet);
    CHECK(asked.text("httpMethod") == "GET");
    CHECK(asked.text("path") == "/pets/{id}");
    CHECK(asked.array("headers").empty());
    CHECK(asked.object("stageVariables").empty());
    CHECK(asked.text("body").empty());
}

TEST_CASE_FIXTURE(Draft, "lists of values stand in place of single ones") {
    const Object more{
        {"pathWithQueryString", "/pets/7?x=1"},
        {"body", "text"},
        {"headers", Object{{"X-A", "0"}, {"X-B", "b"}}},
        {"multiValueHeaders", Object{{"x-a", Array{"1", "2"}}}},
        {"stageVariables", Object{{"v", "w"}}},
    };
    const Value asked = *plan(pet, "GET", more).find("call");
    CHECK(asked.text("path") == "/pets/7?x=1");
    CHECK(asked.text("body") == "text");
    CHECK(Value(asked.array("headers")) ==
          Value(Array{Array{"X-B", "b"}, Array{"x-a", "1"}, Array{"x-a", "2"}}));
    CHECK(asked.object("stageVariables") == Object{{"v", "w"}});
}

TEST_CASE_FIXTURE(Draft, "only what changes nothing may be repeated") {
    CHECK(plan(root, "GET").flag("isRepeatable"));
    CHECK_FALSE(plan(pet, "GET").flag("isRepeatable"));  // the back end sees POST
    CHECK(plan(sibling, "GET").flag("isRepeatable"));
    add_method(pets, "ANY",
               Object{{"type", "HTTP_PROXY"},
                      {"integrationHttpMethod", "ANY"},
                      {"uri", "http://example.com/"}});
    CHECK(plan(pets, "HEAD").flag("isRepeatable"));
    CHECK_FALSE(plan(pets, "DELETE").flag("isRepeatable"));
}

TEST_CASE_FIXTURE(Draft, "what is not there is told as it is for methods") {
    constexpr std::string_view kNoMethod = "404 Invalid Method identifier specified";
    constexpr std::string_view kNoResource = "404 Invalid Resource identifier specified";
    CHECK(call.refused("TestInvokeMethod", input(root, "POST")) == kNoMethod);
    CHECK(call.refused("TestInvokeMethod", input(pet, "FAKE")) == kNoMethod);
    CHECK(call.refused("TestInvokeMethod", input("unknown", "GET")) == kNoResource);
    api = "unknown";
    CHECK(call.refused("TestInvokeMethod", input(root, "GET")) == kNoResource);
}

TEST_CASE_FIXTURE(Draft, "a body of more than 10 MiB is refused") {
    const Object more{{"body", std::string(10'485'761, 'x')}};
    CHECK(call.refused("TestInvokeMethod", input(root, "GET", more)) ==
          "400 The body of a test invocation must not exceed 10485760 bytes.");
}
