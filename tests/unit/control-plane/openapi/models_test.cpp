#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;

const std::string kUrl = "https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/";

Reading with_schemas(std::string_view schemas) {
    return read(oas30(R"("paths": {}, "components": {"schemas": )" + std::string(schemas) + "}"));
}

json::Value draft4(std::string_view schema, std::string_view version = "3.0.1") {
    const Reading reading = read(R"({"openapi": ")" + std::string(version) +
                                 R"(", "info": {"title": "a", "version": "1"}, "paths": {},
        "components": {"schemas": {"Pet": {}, "It": )" +
                                 std::string(schema) + "}}}");
    return schema_of(reading, "It");
}

std::string body_model(const Reading& reading, std::string_view verb = "GET") {
    const MethodDefinition& method = method_of(reading, "/pets", verb);
    return std::string(json::Value(method.method.object("requestModels")).text("application/json"));
}

std::string with_body(std::string_view schema, std::string_view others = "") {
    return with_operation(R"("requestBody": {"content": {"application/json": {"schema": )" +
                              std::string(schema) + "}}}",
                          others);
}

}  // namespace

TEST_CASE("each named schema is a model") {
    const Reading reading = with_schemas(
        R"({"Pet": {"type": "object", "description": "A pet"}, "Age": {"type": "integer"}})");
    REQUIRE(reading.api.models.size() == 2);
    CHECK(reading.api.models[0] ==
          json::Object{{"name", "Pet"},
                       {"contentType", "application/json"},
                       {"description", "A pet"},
                       {"schema", R"({"type":"object","description":"A pet"})"}});
    CHECK(reading.api.models[1].find("description") == nullptr);
}

TEST_CASE("the definitions of 2.0 are models, with their references") {
    const Reading reading = read(swagger(
        R"("paths": {}, "definitions": {"Pet": {"items": {"$ref": "#/definitions/Tag"}},
        "Tag": {}})"));
    CHECK(schema_of(reading, "Pet") ==
          json::Object{{"items", json::Object{{"$ref", kUrl + "Tag"}}}});
}

TEST_CASE("references become URLs of models, circular ones too") {
    const Reading reading = with_schemas(
        R"({"Node": {"properties": {"next": {"$ref": "#/components/schemas/Node"},
        "all": {"type": "array", "items": {"$ref": "#/components/schemas/Leaf"}}}},
        "Leaf": {"$ref": "#/components/schemas/Node"}})");
    CHECK(schema_of(reading, "Node") ==
          json_of(R"({"properties": {"next": {"$ref": ")" + kUrl +
                  R"(Node"}, "all": {"type": "array", "items": {"$ref": ")" + kUrl +
                  R"(Leaf"}}}})"));
    CHECK(schema_of(reading, "Leaf") == json::Object{{"$ref", kUrl + "Node"}});
    CHECK(reading.warnings.empty());
}

TEST_CASE("references are rewritten wherever a schema stands, and nowhere else") {
    const std::string ref = R"({"$ref": "#/components/schemas/Pet"})";
    const std::string url = R"({"$ref": ")" + kUrl + R"(Pet"})";
    for (const char* pattern :
         {R"({"properties": {"example": @, "$ref": @}})", R"({"additionalProperties": @})",
          R"({"items": @})", R"({"items": [@, @]})", R"({"allOf": [@]})", R"({"oneOf": [@]})",
          R"({"anyOf": [@]})", R"({"not": @})", R"({"patternProperties": {"a": @}})",
          R"({"dependencies": {"a": @, "b": ["c"]}})", R"({"definitions": {"a": @}})"}) {
        const auto with = [pattern](const std::string& text) {
            std::string all;
            for (const char* at = pattern; *at != '\0'; ++at) {
                all += *at == '@' ? text : std::string(1, *at);
            }
            return all;
        };
        CAPTURE(pattern);
        CHECK(draft4(with(ref)) == json_of(with(url)));
    }
    for (const std::string& text : {R"({"example": )" + ref + "}", R"({"default": )" + ref + "}",
                                    R"({"enum": [)" + ref + "]}", R"({"x-more": )" + ref + "}"}) {
        CHECK(draft4(text) == json_of(text));
    }
}

TEST_CASE("names are stripped to letters and digits, and stay unique") {
    const Reading reading = with_schemas(
        R"({"a.b_c": {"items": {"$ref": "#/components/schemas/ab-c"}}, "abc": {}, "ab-c": {},
        "--": {}})");
    REQUIRE(reading.api.models.size() == 4);
    const std::string dotted(reading.api.models[0].text("name"));
    const std::string dashed(reading.api.models[2].text("name"));
    CHECK(reading.api.models[1].text("name") == "abc");
    CHECK(dotted.starts_with("abc"));
    CHECK(dashed.starts_with("abc"));
    CHECK(dotted != dashed);
    CHECK(reading.api.models[3].text("name").starts_with("MODEL"));
    CHECK(schema_of(reading, dotted).find("items")->text("$ref") == kUrl + dashed);
    CHECK(reading.warnings.size() == 2);
    CHECK(with_schemas(R"({"a.b": {}})").api.models[0].text("name") == "ab");
}

TEST_CASE("an inline schema is a model whose name depends on the schema alone") {
    const std::string name =
        body_model(read(with_body(R"({"type": "object", "maxProperties": 3})")));
    CHECK(name.size() == 17);
    CHECK(name.starts_with("MODEL"));
    const Reading again = read(oas30(
        R"("paths": {"/pets": {"get": {"responses": {"200": {"content": {"application/json":
        {"schema": {"type": "object", "maxProperties": 3}}}}}}, "put": {"requestBody": {"content":
        {"application/json": {"schema": {"type": "object", "maxProperties": 3}}}}}}})"));
    CHECK(body_model(again, "PUT") == name);
    CHECK(again.api.models.size() == 1);
    CHECK(body_model(read(with_body(R"({"type": "object", "maxProperties": 4})"))) != name);
}

TEST_CASE("a reference into a schema or another part has a generated model") {
    const Reading reading = read(
        with_body(R"({"$ref": "#/components/schemas/Pet/properties/tag"})",
                  R"(, "components": {"schemas": {"Pet": {"properties": {"tag": {"type": "object",
        "properties": {"owner": {"$ref": "#/components/schemas/Pet/properties/tag"}}}}}}})"));
    const std::string name = body_model(reading);
    REQUIRE(name.starts_with("MODEL"));
    CHECK(schema_of(reading, name).find("properties")->find("owner")->text("$ref") == kUrl + name);
    CHECK(reading.api.models.size() == 2);
}

TEST_CASE("the URL of a model is a reference, whatever API it names") {
    const std::string other = R"({"$ref": "https://x.org/restapis/other/models/Pet"})";
    CHECK(draft4(R"({"items": )" + other + "}").find("items")->text("$ref") == kUrl + "Pet");
    CHECK(body_model(read(with_body(other))) == "Pet");
}

TEST_CASE("a reference to no schema allows anything, and is reported") {
    const Reading reading = with_schemas(R"({"A": {"items": {"$ref": "#/components/schemas/B"}}})");
    CHECK(schema_of(reading, "A") == json::Object{{"items", json::Object{}}});
    CHECK(reading.warnings == std::vector<std::string>{"Parse issue: attribute "
                                                       "components.schemas.A.items."
                                                       "#/components/schemas/B is missing"});
}

TEST_CASE("nullable is a type") {
    CHECK(draft4(R"({"type": "string", "nullable": true, "enum": ["a"]})") ==
          json_of(R"({"type": ["string", "null"], "enum": ["a", null]})"));
    CHECK(draft4(R"({"type": "string", "nullable": false})") ==
          json_of(R"({"type": "string", "nullable": false})"));
}

TEST_CASE("keywords of 3.1 become those of draft 4") {
    const auto newer = [](std::string_view schema) { return draft4(schema, "3.1.0"); };
    CHECK(newer(R"({"type": ["string", "null"]})") == json_of(R"({"type": ["string", "null"]})"));
    CHECK(newer(R"({"exclusiveMinimum": 1, "exclusiveMaximum": 5, "maximum": 4})") ==
          json_of(R"({"minimum": 1, "exclusiveMinimum": true, "maximum": 4})"));
    CHECK(newer(R"({"const": "a"})") == json_of(R"({"enum": ["a"]})"));
    CHECK(newer(R"({"prefixItems": [{}, {"type": "null"}], "items": false})") ==
          json_of(R"({"items": [{}, {"type": "null"}], "additionalItems": false})"));
    CHECK(newer("true") == json_of("{}"));
    CHECK(newer("false") == json_of(R"({"not": {}})"));
    CHECK(newer(R"({"properties": {"a": true}})") == json_of(R"({"properties": {"a": {}}})"));
    CHECK(newer(R"({"$ref": "#/components/schemas/Pet", "description": "x"})") ==
          json::Object{{"$ref", kUrl + "Pet"}});
    CHECK(newer(R"({"$ref": "#/components/schemas/Pet", "maxProperties": 2})") ==
          json_of(R"({"allOf": [{"$ref": ")" + kUrl + R"(Pet"}, {"maxProperties": 2}]})"));
}

TEST_CASE("before 3.1 what stands beside a reference means nothing") {
    CHECK(draft4(R"({"$ref": "#/components/schemas/Pet", "maxProperties": 2})") ==
          json::Object{{"$ref", kUrl + "Pet"}});
    CHECK(draft4(R"({"exclusiveMinimum": true, "minimum": 1})") ==
          json_of(R"({"exclusiveMinimum": true, "minimum": 1})"));
}

}  // namespace turnpike::openapi
