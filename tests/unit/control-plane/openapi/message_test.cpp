#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;

json::Object parameters_of(const Reading& reading) {
    return the_method(reading).method.object("requestParameters");
}
json::Object responses_of(const Reading& reading) {
    return the_method(reading).method.object("methodResponses");
}

}  // namespace

TEST_CASE("parameters of path, query and header are request parameters") {
    const Reading reading = read(with_operation(
        R"("parameters": [{"in": "path", "name": "id"}, {"in": "query", "name": "page"},
        {"in": "header", "name": "X-Trace", "required": true}, {"in": "cookie", "name": "c"}])"));
    CHECK(parameters_of(reading) == json::Object{{"method.request.path.id", true},
                                                 {"method.request.querystring.page", false},
                                                 {"method.request.header.X-Trace", true}});
    CHECK(reading.warnings.empty());
}

TEST_CASE("an operation takes over the parameters of its path unless it has its own") {
    const Reading reading = read(oas30(
        R"("paths": {"/pets": {"parameters": [{"in": "query", "name": "a", "required": true},
        {"$ref": "#/components/parameters/b"}],
        "get": {"parameters": [{"in": "query", "name": "a"}]}, "put": {}}},
        "components": {"parameters": {"b": {"in": "header", "name": "b", "required": true}}})"));
    CHECK(parameters_of(reading) ==
          json::Object{{"method.request.querystring.a", false}, {"method.request.header.b", true}});
    CHECK(method_of(reading, "/pets", "PUT").method.object("requestParameters") ==
          json::Object{{"method.request.querystring.a", true}, {"method.request.header.b", true}});
}

TEST_CASE("a parameter that methods cannot have is reported and left out") {
    const Reading reading = read(with_operation(
        R"("parameters": [{"in": "query", "name": "ids[]"}, {"in": "query", "name": "a"},
        {"in": "header", "name": "a"}])"));
    CHECK(parameters_of(reading) == json::Object{{"method.request.querystring.a", false}});
    REQUIRE(reading.warnings.size() == 2);
    CHECK(reading.warnings[0].starts_with(
        "The parameter 'ids[]' of resource '/pets' and method 'GET' is ignored: its name may hold "
        "letters, digits and . _ $ - only ("));
    CHECK(reading.warnings[1].starts_with(
        "The parameter 'a' of resource '/pets' and method 'GET' is ignored: another parameter of "
        "the method has that name ("));
}

TEST_CASE("a body has a model for each content type") {
    const Reading reading = read(with_operation(
        R"("requestBody": {"content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}},
        "text/plain": {"schema": {"type": "string", "minLength": 1}},
        "text/csv": {}, "text/html": {"schema": {}}}})",
        R"(, "components": {"schemas": {"Pet": {"type": "object"}}})"));
    const json::Object models = the_method(reading).method.object("requestModels");
    REQUIRE(models.size() == 2);
    CHECK(models.find("application/json")->as_string() == "Pet");
    const std::string generated = models.find("text/plain")->as_string();
    CHECK(generated.starts_with("MODEL"));
    CHECK(schema_of(reading, generated) == json::Object{{"type", "string"}, {"minLength", 1}});
}

TEST_CASE("a request body may be a reference") {
    const Reading reading = read(with_operation(
        R"("requestBody": {"$ref": "#/components/requestBodies/b"})",
        R"(, "components": {"schemas": {"Pet": {}}, "requestBodies": {"b": {"content":
        {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}}})"));
    CHECK(the_method(reading).method.object("requestModels") ==
          json::Object{{"application/json", "Pet"}});
}

TEST_CASE("the body of 2.0 has the content types that are consumed") {
    const std::string_view body =
        R"({"in": "body", "name": "b", "schema": {"$ref": "#/definitions/Pet"}})";
    const Reading reading = read(swagger(
        R"("consumes": ["application/json", "application/x-y"], "definitions": {"Pet": {}},
        "paths": {"/pets": {"get": {"parameters": [)" +
        std::string(body) + R"(]}, "put": {"consumes": ["text/json"], "parameters": [)" +
        std::string(body) + "]}}}"));
    CHECK(the_method(reading).method.object("requestModels") ==
          json::Object{{"application/json", "Pet"}, {"application/x-y", "Pet"}});
    CHECK(method_of(reading, "/pets", "PUT").method.object("requestModels") ==
          json::Object{{"text/json", "Pet"}});
}

TEST_CASE("without consumes and produces the bodies of 2.0 are JSON") {
    const Reading reading = read(swagger(
        R"("definitions": {"Pet": {}}, "paths": {"/pets": {"get": {
        "parameters": [{"in": "body", "schema": {"$ref": "#/definitions/Pet"}},
        {"in": "formData", "name": "f"}],
        "responses": {"200": {"schema": {"$ref": "#/definitions/Pet"}}}}}})"));
    const json::Value expected = json::Object{{"application/json", "Pet"}};
    CHECK(*the_method(reading).method.find("requestModels") == expected);
    CHECK(*responses_of(reading).find("200")->find("responseModels") == expected);
    CHECK(reading.warnings.empty());
}

TEST_CASE("responses by status code, without default") {
    const Reading reading = read(
        "openapi: 3.0.1\n"
        "info: {title: a, version: '1'}\n"
        "paths:\n"
        "  /pets:\n"
        "    get:\n"
        "      responses:\n"
        "        200: {description: x}\n"
        "        '404': {}\n"
        "        default: {}\n"
        "        4XX: {}\n"
        "        x-more: {}\n");
    CHECK(responses_of(reading) == json::Object{{"200", json::Object{{"statusCode", "200"}}},
                                                {"404", json::Object{{"statusCode", "404"}}}});
    CHECK(reading.warnings ==
          std::vector<std::string>{"The response '4XX' is ignored: it is no status code (10:9 "
                                   "/paths/~1pets/get/responses/4XX)"});
}

TEST_CASE("a response has optional headers and the models of its content") {
    const Reading reading =
        read(with_operation(R"("responses": {"200": {"$ref": "#/components/responses/ok"}})",
                            R"(, "components": {"schemas": {"Pet": {}}, "responses": {"ok": {
        "headers": {"X-Rate": {"required": true}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}},
        "text/plain": {"schema": {"type": "string"}}}}}})"));
    CHECK(
        *responses_of(reading).find("200") ==
        json::Object{{"statusCode", "200"},
                     {"responseParameters", json::Object{{"method.response.header.X-Rate", false}}},
                     {"responseModels", json::Object{{"application/json", "Pet"}}}});
}

TEST_CASE("the produced content types are those of the models of 2.0") {
    const Reading reading = read(swagger(
        R"("produces": ["a/b"], "definitions": {"Pet": {}}, "paths": {"/pets": {"get": {
        "produces": ["c/d"], "responses": {"200": {"schema": {"$ref": "#/definitions/Pet"},
        "headers": {"A": {"type": "string"}}}, "201": {"schema": {"type": "string"}}}}}})"));
    CHECK(responses_of(reading) ==
          json::Object{{"200", json::Object{{"statusCode", "200"},
                                            {"responseParameters",
                                             json::Object{{"method.response.header.A", false}}},
                                            {"responseModels", json::Object{{"c/d", "Pet"}}}}},
                       {"201", json::Object{{"statusCode", "201"}}}});
}

TEST_CASE("a reference to nothing is reported in the recorded words") {
    const Reading reading = read(oas30(
        R"("paths": {"/update": {"get": {"responses": {"200": {"content": {"application/json":
        {"schema": {"$ref": "#/components/schemas/X"}}}}}}}})"));
    CHECK(reading.warnings ==
          std::vector<std::string>{"Parse issue: attribute "
                                   "paths.'/update'(get).responses.200.content.schema."
                                   "#/components/schemas/X is missing"});
    CHECK(method_of(reading, "/update", "GET").method.object("methodResponses") ==
          json::Object{{"200", json::Object{{"statusCode", "200"}}}});
}

TEST_CASE("references of parts that lead nowhere, elsewhere or to themselves are reported") {
    const Reading reading = read(with_operation(
        R"("parameters": [{"$ref": "#/components/parameters/a"}, {"$ref": "other.yaml#/b"},
        {"$ref": "#/components/parameters/loop"}])",
        R"(, "components": {"parameters": {"loop": {"$ref": "#/components/parameters/pool"},
        "pool": {"$ref": "#/components/parameters/loop"}}})"));
    REQUIRE(reading.warnings.size() == 3);
    CHECK(reading.warnings[0] ==
          "Parse issue: attribute paths.'/pets'(get).parameters.0.#/components/parameters/a is "
          "missing");
    CHECK(reading.warnings[1] ==
          "Parse issue: attribute paths.'/pets'(get).parameters.1.other.yaml#/b is missing");
    CHECK(reading.warnings[2].starts_with("The reference leads to itself and is left out ("));
    CHECK(parameters_of(reading).empty());
}

}  // namespace turnpike::openapi
