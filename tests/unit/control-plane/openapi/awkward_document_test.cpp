// Documents that are legal and odd: deep, in other alphabets, indirect, sparse.
#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;

/// An array of arrays ... of texts.
std::string nested_schema(int levels) {
    std::string schema = R"({"type": "string"})";
    for (int i = 0; i < levels; ++i) schema = R"({"type": "array", "items": )" + schema + "}";
    return schema;
}

int levels_of(const json::Value& schema) {
    int levels = 0;
    for (const json::Value* at = schema.find("items"); at != nullptr; at = at->find("items")) {
        ++levels;
    }
    return levels;
}

const json::Object& parameters_of(const MethodDefinition& method) {
    return method.method.object("requestParameters");
}

}  // namespace

TEST_CASE("a schema of a hundred levels is read whole, by name and in place") {
    const std::string schema = nested_schema(100);
    Reading reading =
        read(oas30(R"("paths": {}, "components": {"schemas": {"Deep": )" + schema + "}}"));
    CHECK(levels_of(schema_of(reading, "Deep")) == 100);
    reading =
        read(with_operation(R"("requestBody": {"content": {"a/b": {"schema": )" + schema + "}}}"));
    CHECK(levels_of(schema_of(
              reading,
              the_method(reading).method.object("requestModels").find("a/b")->as_string())) == 100);
}

TEST_CASE("names in other alphabets are stripped, made or left out; texts stay") {
    const Reading reading = read(R"(
openapi: 3.0.1
info: {title: Größe 名前 🚀, version: é}
paths:
  /pets:
    get:
      operationId: größe・名前
      summary: 日本語
      parameters: [{name: naïve, in: query}, {name: page, in: query, description: Größe}]
components:
  schemas:
    Größe: {type: string}
    Gre: {type: integer}
    名前: {type: string}
    名字: {$ref: '#/components/schemas/名前'}
)");
    CHECK(reading.api.rest_api.find("name")->as_string() == "Größe 名前 🚀");
    CHECK(the_method(reading).method.text("operationName") == "größe・名前");
    CHECK(parameters_of(the_method(reading)) ==
          json::Object{{"method.request.querystring.page", false}});
    REQUIRE(reading.api.models.size() == 4);
    const std::string_view stripped = reading.api.models[0].text("name");
    CHECK(stripped.starts_with("Gre"));
    CHECK(stripped.size() > 3);
    CHECK(schema_of(reading, "Gre").text("type") == "integer");
    const std::string made(reading.api.models[2].text("name"));
    CHECK(made.starts_with("MODEL"));
    CHECK(reading.api.models[3].text("name").starts_with("MODEL"));
    CHECK(reading.api.models[3].text("name") != made);
    CHECK(schema_of(reading, std::string(reading.api.models[3].text("name")))
              .text("$ref")
              .ends_with("/models/" + made));
    REQUIRE(reading.warnings.size() == 2);
    CHECK(reading.warnings[1].starts_with("The parameter 'naïve' of resource '/pets'"));
    CHECK(reading.warnings[0].ends_with(" (12:5 /components/schemas/Größe)"));
}

TEST_CASE(
    "parameters come through several references, and an operation's own win over the path's") {
    const Reading reading = read(oas30(R"("paths": {"/pets": {
        "parameters": [{"$ref": "#/components/parameters/A"}, {"$ref": "#/components/parameters/Q"}],
        "get": {"parameters": [{"$ref": "#/components/parameters/Own1"}]}, "put": {}}},
        "components": {"parameters": {
            "A": {"$ref": "#/components/parameters/B"}, "B": {"$ref": "#/components/parameters/C"},
            "C": {"name": "id", "in": "header", "required": true},
            "Q": {"name": "q", "in": "query", "required": true},
            "Own1": {"$ref": "#/components/parameters/Own2"},
            "Own2": {"name": "q", "in": "query"}}})"));
    CHECK(
        parameters_of(the_method(reading)) ==
        json::Object{{"method.request.querystring.q", false}, {"method.request.header.id", true}});
    CHECK(parameters_of(method_of(reading, "/pets", "PUT")) ==
          json::Object{{"method.request.header.id", true}, {"method.request.querystring.q", true}});
    CHECK(reading.warnings.empty());
}

TEST_CASE("schemas whose names differ in case are different models") {
    const Reading reading = read(with_operation(
        R"("requestBody": {"content": {"a/b": {"schema": {"$ref": "#/components/schemas/pet"}}}})",
        R"(, "components": {"schemas": {"Pet": {"type": "object"}, "pet": {"type": "string"},
        "PET": {"items": {"$ref": "#/components/schemas/Pet"}}}})"));
    REQUIRE(reading.api.models.size() == 3);
    CHECK(schema_of(reading, "pet").text("type") == "string");
    CHECK(schema_of(reading, "PET").find("items")->text("$ref").ends_with("/models/Pet"));
    CHECK(the_method(reading).method.object("requestModels") == json::Object{{"a/b", "pet"}});
    CHECK(reading.warnings.empty());
}

TEST_CASE("responses that say nothing are responses, and none are none") {
    const Reading reading = read(oas30(R"("paths": {"/pets": {
        "get": {"responses": {"200": {}, "204": null, "404": {"content": {}, "headers": {}},
                              "500": {"content": {"a/b": {}, "c/d": null}}}},
        "put": {"responses": {}}, "post": {"responses": null}, "patch": {},
        "delete": {"responses": {"default": {"description": "all"}}},
        "head": {"responses": {"2XX": {}, "x-other": {}}}}})"));
    json::Object expected;
    for (const char* code : {"200", "204", "404", "500"}) {
        expected.set(code, json::Object{{"statusCode", code}});
    }
    CHECK(the_method(reading).method.object("methodResponses") == expected);
    for (const char* verb : {"PUT", "POST", "PATCH", "DELETE", "HEAD"}) {
        CAPTURE(verb);
        CHECK(method_of(reading, "/pets", verb).method.find("methodResponses") == nullptr);
    }
    REQUIRE(reading.warnings.size() == 1);
    CHECK(reading.warnings[0].starts_with("The response '2XX' is ignored: it is no status code ("));
}

TEST_CASE("parts that are null or of another kind make nothing, and nothing fails") {
    const Reading reading = read(oas30(R"("paths": {"/a": null, "/b": [], "/c": 1,
        "/pets": {"parameters": {}, "get": {"parameters": 5, "requestBody": [], "responses": "x",
                  "operationId": null, "tags": 7, "x-amazon-apigateway-integration": null},
                  "put": null, "post": []}},
        "components": null, "tags": {}, "servers": {}, "security": {})"));
    CHECK(paths_of(reading) == std::vector<std::string>{"/a", "/b", "/c", "/pets"});
    CHECK(the_method(reading).method == json::Object{{"httpMethod", "GET"},
                                                     {"authorizationType", "NONE"},
                                                     {"apiKeyRequired", false}});
    CHECK(find_path(reading, "/pets")->methods.size() == 1);
}

}  // namespace turnpike::openapi
