#include "control-plane/openapi/export_models.hpp"

#include "tests/unit/control-plane/openapi/export_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;
using openapi::ExportedModels;
using openapi::ExportType;

namespace {

json::Value model(std::string_view name, std::string_view schema) {
    return json::Object{{"name", name}, {"contentType", "application/json"}, {"schema", schema}};
}

const json::Value kEmpty = model(
    "Empty",
    R"({"$schema":"http://json-schema.org/draft-04/schema#","title":"Empty Schema","type":"object"})");
const json::Value kError = model(
    "Error",
    R"({"$schema":"http://json-schema.org/draft-04/schema#","title":"Error Schema","type":"object"})");

std::string schemas_of(const json::Array& models) {
    return json::write(ExportedModels(models, ExportType::Swagger).schemas());
}

}  // namespace

TEST_CASE("content types of JSON") {
    CHECK(openapi::is_json_content_type("application/json"));
    CHECK(openapi::is_json_content_type("Application/JSON; charset=utf-8"));
    CHECK(openapi::is_json_content_type("application/vnd.api+json"));
    CHECK_FALSE(openapi::is_json_content_type("text/json"));
    CHECK_FALSE(openapi::is_json_content_type("application/xml"));
}

TEST_CASE("built-in models are exported only if something refers to them") {
    CHECK(schemas_of({kEmpty, kError}) == "{}");
    ExportedModels models({kEmpty, kError}, ExportType::Swagger);
    CHECK(json::write(models.reference("Empty")) == R"({"$ref":"#/definitions/Empty"})");
    CHECK(json::write(models.schemas()) == R"({"Empty":{"title":"Empty Schema","type":"object"}})");
    CHECK(schemas_of({kError, model("Errors", R"({"items":{"$ref":"#/definitions/Error"}})")}) ==
          R"({"Error":{"title":"Error Schema","type":"object"},)"
          R"("Errors":{"items":{"$ref":"#/definitions/Error"}}})");
    CHECK(schemas_of({model("Error", R"({"type":"string"})")}) == R"({"Error":{"type":"string"}})");
}

TEST_CASE("addresses of models become references within the document") {
    constexpr std::string_view kSchema =
        R"({"a":{"$ref":"https://apigateway.amazonaws.com/restapis/a1b2/models/Pet"},)"
        R"("b":[{"$ref":"http://127.0.0.1:4566/restapis/zz/models/Pet#/properties/id"}],)"
        R"("c":{"$ref":"https://apigateway.amazonaws.com/restapis/a1b2/models/Gone"},)"
        R"("d":{"$ref":"https://example.com/models/Pet"}})";
    const json::Value pet = model("Pet", R"({"properties":{"id":{"type":"string"}}})");
    ExportedModels models({model("Pets", kSchema), pet}, ExportType::Oas30);
    CHECK(at(models.schemas(), {"Pets"}) ==
          R"({"a":{"$ref":"#/components/schemas/Pet"},)"
          R"("b":[{"$ref":"#/components/schemas/Pet/properties/id"}],)"
          R"("c":{"$ref":"https://apigateway.amazonaws.com/restapis/a1b2/models/Gone"},)"
          R"("d":{"$ref":"https://example.com/models/Pet"}})");
}

TEST_CASE("references within a schema stay within it") {
    constexpr std::string_view kTree =
        R"({"definitions":{"a/b":{"type":"string"},"Pet":{"type":"integer"}},)"
        R"("properties":{"self":{"$ref":"#"},"own":{"$ref":"#/definitions/a~1b"},)"
        R"("inner":{"$ref":"#/definitions/Pet"},"other":{"$ref":"#/components/schemas/Pet"}}})";
    CHECK(at(ExportedModels({model("Tree", kTree), model("Pet", "{}")}, ExportType::Swagger)
                 .schemas(),
             {"Tree", "properties"}) == R"({"self":{"$ref":"#/definitions/Tree"},)"
                                        R"("own":{"$ref":"#/definitions/Tree/definitions/a~1b"},)"
                                        R"("inner":{"$ref":"#/definitions/Tree/definitions/Pet"},)"
                                        R"("other":{"$ref":"#/definitions/Pet"}})");
}

TEST_CASE("circular models are exported once each") {
    CHECK(schemas_of({model("A", R"({"items":{"$ref":"#/definitions/B"}})"),
                      model("B", R"({"items":{"$ref":"#/definitions/A"}})")}) ==
          R"({"A":{"items":{"$ref":"#/definitions/B"}},"B":{"items":{"$ref":"#/definitions/A"}}})");
}

TEST_CASE("data that looks like a reference is data") {
    constexpr std::string_view kSchema =
        R"({"enum":[{"$ref":"#/definitions/B"}],"default":{"$ref":"#"},)"
        R"("properties":{"$ref":{"type":"string"}}})";
    CHECK(at(ExportedModels({model("A", kSchema), model("B", "{}")}, ExportType::Swagger).schemas(),
             {"A"}) == kSchema);
}

TEST_CASE("properties may be called like keywords") {
    constexpr std::string_view kSchema =
        R"({"properties":{"default":{"$ref":"#/definitions/B"},"enum":{"$ref":"#/definitions/B"}}})";
    CHECK(
        at(ExportedModels({model("A", kSchema), model("B", "{}")}, ExportType::Oas30).schemas(),
           {"A", "properties"}) ==
        R"({"default":{"$ref":"#/components/schemas/B"},"enum":{"$ref":"#/components/schemas/B"}})");
}

TEST_CASE("a type or null is nullable in OpenAPI 3") {
    const json::Value pet =
        model("Pet", R"({"type":["null","object"],"properties":{"a":{"type":["string","null"]},)"
                     R"("b":{"type":["string","integer"]},"type":{"type":"string"}}})");
    CHECK(at(ExportedModels({pet}, ExportType::Oas30).schemas(), {"Pet"}) ==
          R"({"type":"object","properties":{"a":{"type":"string","nullable":true},)"
          R"("b":{"type":["string","integer"]},"type":{"type":"string"}},"nullable":true})");
    CHECK(at(ExportedModels({pet}, ExportType::Swagger).schemas(), {"Pet", "type"}) ==
          R"(["null","object"])");
}

TEST_CASE("a model that is gone is any object") {
    ExportedModels models({}, ExportType::Swagger);
    models.reference("Empty");
    CHECK(json::write(models.schemas()) == R"({"Empty":{"type":"object"}})");
}

TEST_CASE("models in other languages have no schema") {
    const json::Value xml =
        json::Object{{"name", "Xml"}, {"contentType", "application/xml"}, {"schema", "<schema/>"}};
    ExportedModels models({xml}, ExportType::Swagger);
    CHECK_FALSE(models.is_schema("Xml"));
    CHECK(models.is_schema("Empty"));
    CHECK(models.schemas().empty());
}
