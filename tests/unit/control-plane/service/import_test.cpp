#include <doctest/doctest.h>

#include <algorithm>

#include "control-plane/service/bindings.hpp"
#include "tests/support/memory_store.hpp"

using namespace turnpike;
using namespace turnpike::tests;
using json::Array;
using json::Object;
using json::Value;

namespace {

struct World {
    std::string import(std::string_view text) {
        return std::string(call.ok("ImportRestApi", Object{{"body", text}}).text("id"));
    }
    Array warnings(std::string_view text) {
        return call.ok("ImportRestApi", Object{{"body", text}}).array("warnings");
    }
    std::string refusal(std::string_view text) {
        return call.refused("ImportRestApi", Object{{"body", text}});
    }

    Caller call{{service::import_bindings(), service::rest_api_bindings(),
                 service::resource_bindings(), service::model_bindings()}};
};

/// The head of a document that goes on with its line 3.
std::string yaml(std::string_view rest) {
    return "openapi: 3.0.1\ninfo: {title: pets, version: '1'}\n" + std::string(rest);
}

std::string refused(std::string_view problems) {
    return "400 Errors found during import:\n\t" + std::string(problems);
}

}  // namespace

TEST_CASE("what is refused of an operation is told with its place") {
    World world;
    CHECK(
        world.refusal(yaml(R"(paths:
  /pets:
    get:
      operationId: list
      x-amazon-apigateway-integration:
        type: http
        httpMethod: GET
)")) == refused(
            "Unable to put integration on 'GET' for resource at path '/pets': Invalid HTTP "
            "endpoint specified for URI (7:7 /paths/~1pets/get/x-amazon-apigateway-integration)"));
    CHECK(world.refusal(R"({"openapi": "3.0.1", "info": {"title": "pets", "version": "1"},
  "paths": {"/{a}": {"get": {}},
            "/{b+}": {"get": {}}}})") ==
          refused("Unable to create resource at path '/{b+}': A sibling ({a}) of this resource "
                  "already has a variable path part -- only one is allowed (3:13 /paths/~1{b+})"));
}

TEST_CASE("every problem has its own place, down to the response") {
    World world;
    const std::string text = world.refusal(yaml(R"(paths:
  /a:
    get:
      x-amazon-apigateway-integration:
        type: mock
        responses:
          default: {statusCode: 200}
          5.*:
            statusCode: 500
            responseParameters: {method.response.header.X: integration.response.header.Y}
    post:
      responses: {200: {description: fine}}
      x-amazon-apigateway-integration: {type: mock, timeoutInMillis: 1}
)"));
    CHECK(text.find(" (10:11 /paths/~1a/get/x-amazon-apigateway-integration/responses/5.*)") !=
          std::string::npos);
    CHECK(text.find(" (15:7 /paths/~1a/post/x-amazon-apigateway-integration)") !=
          std::string::npos);
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("where a reference stands in the place of a part, its place is told") {
    World world;
    const std::string text = world.refusal(yaml(R"(paths:
  /a: {$ref: '#/components/pathItems/shared'}
components:
  pathItems:
    shared:
      get:
        x-amazon-apigateway-integration: {$ref: '#/components/x-parts/integration'}
  x-parts:
    integration:
      type: mock
      responses:
        default:
          statusCode: 200
          responseParameters: {method.response.header.X: integration.response.header.Y}
)"));
    CHECK(
        text.ends_with(" (9:9 /components/pathItems/shared/get/x-amazon-apigateway-integration)"));
}

TEST_CASE("authorizers, validators and gateway responses that are refused have a place") {
    World world;
    const std::string text = world.refusal(yaml(R"(paths: {}
components:
  securitySchemes:
    guard:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer: {type: token, authorizerUri: nowhere}
x-amazon-apigateway-gateway-responses:
  DEFAULT_4XX: {responseTemplates: {application/json: ''}}
)"));
    CHECK(text.find("Unable to create authorizer 'guard': ") != std::string::npos);
    CHECK(text.find(" (6:5 /components/securitySchemes/guard)") != std::string::npos);
    CHECK(text.find("Unable to put gateway response 'DEFAULT_4XX': ") != std::string::npos);
    CHECK(text.find(" (12:3 /x-amazon-apigateway-gateway-responses/DEFAULT_4XX)") !=
          std::string::npos);
}

TEST_CASE("more models than the quota are told where models stand") {
    World world;
    world.call.installation.models_per_api_max = 2;  // those that every API begins with
    CHECK(
        world.refusal(yaml("paths: {}\ncomponents:\n  schemas: {Pet: {type: object}}\n")) ==
        "429 Errors found during import:\n\tUnable to create models: Maximum number of models for "
        "this API has been reached. (5:3 /components/schemas)");
}

TEST_CASE("what an import leaves out or changes is told with its place") {
    World world;
    CHECK(world.warnings(yaml(R"(paths:
  /a/{one}/b: {}
  /a/{two}/c: {}
x-amazon-apigateway-documentation:
  documentationParts:
  - location: {type: API}
    properties: {description: all}
  - location: {type: MODEL}
    properties: {description: nameless}
)")) == Array{"Path '/a/{two}/c': the variable {two} is called {one} as in its sibling paths "
              "(5:3 /paths/~1a~1{two}~1c)",
              "Documentation part 2 is ignored: Invalid documentation part location: name is "
              "required for type MODEL (10:5 "
              "/x-amazon-apigateway-documentation/documentationParts/1)"});
    world.call.installation.documentation_parts_per_api_max = 0;
    CHECK(world.warnings(yaml("paths: {}\ntags: [{name: a}]\n")) ==
          Array{"Documentation parts are left out: Maximum number of documentation parts for this "
                "API has been reached (1:1)"});
}

TEST_CASE("a document above the installation's limit is refused") {
    World world;
    const std::string text = yaml("paths: {}\n");
    world.call.installation.openapi_document_bytes_max = static_cast<std::int64_t>(text.size());
    CHECK_FALSE(world.import(text).empty());
    CHECK(world.refusal(text + " ") == "400 The OpenAPI document exceeds the maximum size of " +
                                           std::to_string(text.size()) + " bytes.");
}

TEST_CASE("a model that CreateModel would not take is refused") {
    World world;
    CHECK(world.refusal(yaml("paths: {}\ncomponents:\n  schemas:\n    Pet:\n      description: " +
                             std::string(1U << 20U, 'a') + "\n")) ==
          refused("Unable to create model 'Pet': The resource exceeds the maximum size of 1048576 "
                  "bytes. (6:5 /components/schemas/Pet)"));
}

TEST_CASE("a path that no resource can have is left out, and the rest is imported") {
    World world;
    const Array warnings = world.warnings(yaml("paths: {'/{größe}': {get: {}}, /a: {get: {}}}\n"));
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].as_string().starts_with("The path '/{größe}' is ignored: "));
}

TEST_CASE("binary media types are each there once, the old ones first") {
    World world;
    const std::string types = "paths: {}\nx-amazon-apigateway-binary-media-types: ";
    const std::string api = world.import(yaml(types + "[a/b, c/d, a/b]\n"));
    const Value put = world.call.ok(
        "PutRestApi", Object{{"restApiId", api}, {"body", yaml(types + "[e/f, c/d, e/f]\n")}});
    CHECK(put.array("binaryMediaTypes") == Array{"a/b", "c/d", "e/f"});
}

TEST_CASE("long lists are refused, not worked through") {
    World world;
    const auto numbered = [](std::string_view before, int times, std::string_view after) {
        std::string text;
        for (int i = 0; i < times; ++i) {
            text += std::string(before) + std::to_string(i) + std::string(after);
        }
        return text;
    };
    CHECK(world
              .refusal(yaml("paths: {}\nx-amazon-apigateway-request-validators:\n" +
                            numbered(" v", 100'000, ": {}\n")))
              .starts_with("429 Errors found during import:\n\tUnable to create request validator "
                           "'v20': "));
    CHECK(world
              .refusal(yaml("paths: {}\nx-amazon-apigateway-binary-media-types:\n" +
                            numbered("- a/", 300'000, "\n")))
              .starts_with("400 The resource exceeds the maximum size of "));
    CHECK(world
              .refusal(
                  yaml("paths: {}\ncomponents:\n schemas:\n" + numbered("  M", 100'000, ": {}\n")))
              .starts_with("429 Errors found during import:\n\tUnable to create models: "));
    CHECK(world.refusal(yaml("paths:\n" + numbered(" /", 19'000, ": {get: {}}\n")))
              .starts_with("429 Errors found during import:\n\tUnable to create resource at path "
                           "'/299': "));
}

TEST_CASE("a hundred problems are not all told") {
    World world;
    std::string paths = "paths:\n";
    for (int i = 0; i < 100; ++i) {
        paths += "  /" + std::to_string(i) +
                 ": {get: {x-amazon-apigateway-integration: {type: mock, timeoutInMillis: 1}}}\n";
    }
    const std::string text = world.refusal(yaml(paths));
    CHECK(std::count(text.begin(), text.end(), '\n') == 50);
}
