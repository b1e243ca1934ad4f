#include "control-plane/openapi/export_documentation.hpp"

#include "tests/unit/control-plane/openapi/export_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

TEST_CASE_FIXTURE(ExportFixture, "content goes where OpenAPI has a place for it") {
    add_method("/", "GET", "{}");
    document(R"({"type":"API"})",
             R"({"description":"not here","foo":1,"x-bar":"api","tags":[{"name":"t"}],
                 "info":{"description":"of the API","version":"9","title":"no","foo":2,"x-bar":3,
                         "license":{"name":"MIT"}}})");
    document(R"({"type":"METHOD","path":"/","method":"GET"})",
             R"({"description":"of GET","summary":"GET","tags":["t"],"foo":1,"x-example":[1],
                 "externalDocs":{"url":"http://x"},"x-amazon-apigateway-integration":{"type":"no"}})");
    document(R"({"type":"RESOURCE"})", R"({"description":"of the root","x-bar":true})");
    const json::Value swagger2 = swagger();
    CHECK(at(swagger2, {"info"}) ==
          R"({"version":"2023-11-14T22:13:20Z","title":"pets","description":"of the API",)"
          R"("license":{"name":"MIT"},"x-bar":3})");
    CHECK(at(swagger2, {"x-bar"}) == "\"api\"");
    CHECK(at(swagger2, {"foo"}) == "absent");
    CHECK(at(swagger2, {"description"}) == "absent");
    CHECK(at(swagger2, {"tags"}) == R"([{"name":"t"}])");
    CHECK(at(swagger2, {"paths", "/"}) ==
          R"({"get":{"tags":["t"],"summary":"GET","description":"of GET",)"
          R"("externalDocs":{"url":"http://x"},"responses":{},"x-example":[1]},"x-bar":true})");
    CHECK(at(oas30(), {"paths", "/", "description"}) == "\"of the root\"");
    CHECK(at(oas30(), {"info", "description"}) == "\"of the API\"");
}

TEST_CASE_FIXTURE(ExportFixture,
                  "a description of the API gives way to that of its documentation") {
    set_api("description", "stored");
    CHECK(at(oas30(), {"info", "description"}) == "\"stored\"");
    document(R"({"type":"API"})", R"({"info":{"description":"documented"}})");
    CHECK(at(oas30(), {"info"}) ==
          R"({"title":"pets","description":"documented","version":"2023-11-14T22:13:20Z"})");
}

TEST_CASE_FIXTURE(ExportFixture, "messages and their parts are described") {
    add("models", R"({"name":"Pet","contentType":"application/json","schema":"{}"})");
    add_method("/a", "POST",
               R"({"requestParameters":{"method.request.querystring.q":false},
                   "requestModels":{"application/json":"Pet"},
                   "methodResponses":{"200":{"responseParameters":{
                       "method.response.header.h":true}}}})");
    document(R"({"type":"QUERY_PARAMETER","path":"/a","method":"POST","name":"q"})",
             R"({"description":"query","x-q":1})");
    document(R"({"type":"REQUEST_BODY","path":"/a","method":"POST"})", R"({"description":"body"})");
    document(R"({"type":"RESPONSE","path":"/a","method":"POST","statusCode":"200"})",
             R"({"description":"good"})");
    document(
        R"({"type":"RESPONSE_HEADER","path":"/a","method":"POST","statusCode":"200","name":"h"})",
        R"({"description":"header"})");
    document(R"({"type":"MODEL","name":"Pet"})", R"({"description":"model","externalDocs":"no"})");
    CHECK(at(swagger(), {"paths", "/a", "post", "parameters"}) ==
          R"([{"name":"q","in":"query","description":"query","required":false,"type":"string",)"
          R"("x-q":1},{"in":"body","name":"Pet","description":"body","required":true,)"
          R"("schema":{"$ref":"#/definitions/Pet"}}])");
    CHECK(at(oas30(), {"paths", "/a", "post", "requestBody", "description"}) == "\"body\"");
    CHECK(at(oas30(), {"paths", "/a", "post", "responses", "200"}) ==
          R"({"description":"good","headers":{"h":{"schema":{"type":"string"},)"
          R"("description":"header"}},"content":{}})");
    CHECK(at(swagger(), {"definitions", "Pet"}) == R"({"description":"model"})");
}

TEST_CASE_FIXTURE(ExportFixture, "an authorizer's scheme is described") {
    add("authorizers", R"({"id":"z1","name":"auth","type":"TOKEN"})");
    add_method("/", "GET", R"({"authorizationType":"CUSTOM","authorizerId":"z1"})");
    document(R"({"type":"AUTHORIZER","name":"auth"})", R"({"description":"who"})");
    CHECK(at(swagger(), {"securityDefinitions", "auth", "description"}) == "\"who\"");
}

TEST_CASE("content is inherited from the most specific place above") {
    const auto part = [](std::string_view location, std::string_view text) {
        return json::Value(
            json::Object{{"location", parsed(location)},
                         {"properties", json::write(json::Object{{"description", text}})}});
    };
    const openapi::ExportedDocumentation documentation(
        {part(R"({"type":"RESPONSE","statusCode":"404"})", "any 404"),
         part(R"({"type":"RESPONSE","path":"/pets"})", "any of pets"),
         part(R"({"type":"RESPONSE","path":"/pets","method":"GET"})", "any of GET pets"),
         part(R"({"type":"RESPONSE","path":"/pets","statusCode":"500"})", "500 of pets"),
         part(R"({"type":"METHOD","path":"/pets"})", "of no verb")});
    const auto found = [&](std::string_view type, std::string_view path, std::string_view verb,
                           std::string_view status) {
        return documentation.find({type, path, verb, status, {}}).text("description", "none");
    };
    CHECK(found("RESPONSE", "/", "GET", "404") == "any 404");
    CHECK(found("RESPONSE", "/", "GET", "200") == "none");
    CHECK(found("RESPONSE", "/petshop", "GET", "404") == "any 404");
    CHECK(found("RESPONSE", "/petshop", "GET", "200") == "none");
    CHECK(found("RESPONSE", "/pets/{id}", "PUT", "404") == "any of pets");
    CHECK(found("RESPONSE", "/pets/{id}", "GET", "404") == "any of GET pets");
    CHECK(found("RESPONSE", "/pets/{id}", "GET", "500") == "500 of pets");
    CHECK(found("METHOD", "/pets", "GET", {}) == "none");
    CHECK(found("METHOD", "/pets/{id}", "GET", {}) == "none");
}

TEST_CASE_FIXTURE(ExportFixture, "the parts themselves are listed when they are asked for") {
    document(R"({"type":"METHOD","method":"GET"})", R"({"description":"a","foo":{"b":1}})");
    CHECK(at(oas30(), {"x-amazon-apigateway-documentation"}) == "absent");
    for (const std::string_view extensions : {"documentation", "apigateway"}) {
        request.extensions = openapi::export_extensions(extensions);
        CHECK(at(oas30(), {"x-amazon-apigateway-documentation"}) ==
              R"({"version":"1.0.3","createdDate":"2023-11-14T22:15:00Z","documentationParts":[)"
              R"({"location":{"type":"METHOD","method":"GET"},)"
              R"("properties":{"description":"a","foo":{"b":1}}}]})");
    }
}

TEST_CASE_FIXTURE(ExportFixture, "content of the wrong type is not injected") {
    add_method("/", "GET", "{}");
    document(R"({"type":"METHOD","path":"/","method":"GET"})",
             R"({"description":1,"tags":"t","summary":null})");
    document(R"({"type":"API"})", "not JSON");
    CHECK(at(swagger(), {"paths", "/", "get"}) == R"({"responses":{}})");
}
