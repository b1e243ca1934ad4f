#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;

const std::string kDescribed = oas30(
    R"("tags": [{"name": "t"}], "paths": {"/pets": {"description": "Resource",
    "parameters": [{"in": "query", "name": "all", "description": "Every"}],
    "get": {"summary": "Get", "tags": ["t"],
    "parameters": [{"in": "path", "name": "id", "description": "Id"}],
    "requestBody": {"description": "Body"},
    "responses": {"200": {"description": "200 response"}, "404": {"description": "None",
    "headers": {"A": {"description": "Header"}}}}}}},
    "components": {"schemas": {"a.Pet": {"description": "Model"}}, "securitySchemes":
    {"auth": {"type": "apiKey", "name": "A", "in": "header", "description": "Who",
    "x-amazon-apigateway-authorizer": {"type": "token"}}}})");

/// Properties of the part at that location; empty if there is none.
std::string part(const std::vector<json::Value>& parts, std::string_view location) {
    const json::Value wanted = json_of(location);
    for (const json::Value& found : parts) {
        if (*found.find("location") == wanted) return std::string(found.text("properties"));
    }
    return {};
}

}  // namespace

TEST_CASE("what entities say for people are documentation parts") {
    const std::vector<json::Value> parts = read(kDescribed).api.documentation_parts;
    CHECK(part(parts, R"({"type": "API"})") == R"({"tags":[{"name":"t"}]})");
    CHECK(part(parts, R"({"type": "RESOURCE", "path": "/pets"})") ==
          R"({"description":"Resource"})");
    CHECK(part(parts, R"({"type": "QUERY_PARAMETER", "path": "/pets", "name": "all"})") ==
          R"({"description":"Every"})");
    CHECK(part(parts, R"({"type": "METHOD", "path": "/pets", "method": "GET"})") ==
          R"({"tags":["t"],"summary":"Get"})");
    CHECK(part(parts,
               R"({"type": "PATH_PARAMETER", "path": "/pets", "method": "GET", "name": "id"})") ==
          R"({"description":"Id"})");
    CHECK(part(parts, R"({"type": "REQUEST_BODY", "path": "/pets", "method": "GET"})") ==
          R"({"description":"Body"})");
    CHECK(part(parts, R"({"type": "RESPONSE", "path": "/pets", "method": "GET",
        "statusCode": "404"})") == R"({"description":"None"})");
    CHECK(part(parts, R"({"type": "RESPONSE_HEADER", "path": "/pets", "method": "GET",
        "statusCode": "404", "name": "A"})") == R"({"description":"Header"})");
    CHECK(part(parts, R"({"type": "MODEL", "name": "aPet"})") == R"({"description":"Model"})");
    CHECK(part(parts, R"({"type": "AUTHORIZER", "name": "auth"})") == R"({"description":"Who"})");
    // "200 response" is what stands where nobody described anything.
    CHECK(parts.size() == 10);
}

TEST_CASE("documentation can be ignored") {
    ReadOptions options = read_options();
    options.ignore_documentation = true;
    const Reading reading = read(kDescribed, options);
    CHECK(reading.api.documentation_parts.empty());
    CHECK(find_named(reading.api.models, "aPet")->text("description") == "Model");
}

TEST_CASE("the parts of the extension win, and its version is kept") {
    const Reading reading = read(oas30(
        R"("paths": {"/pets": {"description": "Plain"}},
        "x-amazon-apigateway-documentation": {"version": "1.0.3", "documentationParts": [
        {"location": {"type": "RESOURCE", "path": "/pets"}, "properties": {"description": "Rich"}},
        {"location": {"type": "RESPONSE", "statusCode": 200}, "properties": "{\"a\": 1}"},
        {"location": {"type": "SHELF"}, "properties": {}},
        {"location": {"type": "API"}, "properties": "no JSON"}]})"));
    const std::vector<json::Value>& parts = reading.api.documentation_parts;
    CHECK(reading.api.documentation_version == "1.0.3");
    REQUIRE(parts.size() == 2);
    CHECK(part(parts, R"({"type": "RESOURCE", "path": "/pets"})") == R"({"description":"Rich"})");
    CHECK(part(parts, R"({"type": "RESPONSE", "statusCode": "200"})") == R"({"a": 1})");
    CHECK(reading.warnings.size() == 2);
}

TEST_CASE("an import of documentation takes the extension alone") {
    const auto reading = read_documentation(
        "swagger: '2.0'\n"
        "paths: {/a: {description: x}}\n"
        "x-amazon-apigateway-documentation:\n"
        "  documentationParts:\n"
        "  - {location: {type: METHOD, path: /a, method: GET}, properties: {summary: s}}\n"
        "  - {location: {type: SHELF}, properties: {}}\n",
        read_options());
    REQUIRE(reading.has_value());
    REQUIRE(reading->parts.size() == 1);
    CHECK(reading->parts[0] ==
          json_of(R"({"location": {"type": "METHOD", "path": "/a", "method": "GET"},
        "properties": "{\"summary\":\"s\"}"})"));
    CHECK(reading->warnings ==
          std::vector<std::string>{"A documentation part without a known type is ignored (6:5 "
                                   "/x-amazon-apigateway-documentation/documentationParts/1)"});
}

TEST_CASE("a bad import of documentation is refused in the recorded words") {
    for (const char* text : {"", "[", "{\"a\": 1}"}) {
        const auto reading = read_documentation(text, read_options());
        REQUIRE_FALSE(reading.has_value());
        CHECK(reading.error().message == "Unable to build importer with provided input.");
    }
}

}  // namespace turnpike::openapi
