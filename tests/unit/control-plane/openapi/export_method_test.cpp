#include "tests/unit/control-plane/openapi/export_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

constexpr std::string_view kModel =
    R"({"name":"NewPet","contentType":"application/json","schema":"{\"type\":\"object\"}"})";

}  // namespace

TEST_CASE_FIXTURE(ExportFixture, "parameters of both formats") {
    add_method("/pets/{id}", "GET",
               R"({"operationName":"getPet","requestParameters":{"method.request.path.id":true,
                   "method.request.querystring.page":false,"method.request.header.X-A":true}})");
    CHECK(at(swagger(), {"paths", "/pets/{id}", "get"}) ==
          R"({"operationId":"getPet","parameters":[)"
          R"({"name":"id","in":"path","required":true,"type":"string"},)"
          R"({"name":"page","in":"query","required":false,"type":"string"},)"
          R"({"name":"X-A","in":"header","required":true,"type":"string"}],"responses":{}})");
    CHECK(at(oas30(), {"paths", "/pets/{id}", "get"}) ==
          R"({"operationId":"getPet","parameters":[)"
          R"({"name":"id","in":"path","required":true,"schema":{"type":"string"}},)"
          R"({"name":"page","in":"query","schema":{"type":"string"}},)"
          R"({"name":"X-A","in":"header","required":true,"schema":{"type":"string"}}],)"
          R"("responses":{}})");
}

TEST_CASE_FIXTURE(ExportFixture, "parameters of many values are arrays") {
    add_method("/", "GET",
               R"({"requestParameters":{"method.request.multivaluequerystring.a":false,
                   "method.request.multivalueheader.b":false}})");
    CHECK(at(swagger(), {"paths", "/", "get", "parameters"}) ==
          R"([{"name":"a","in":"query","required":false,"type":"array",)"
          R"("items":{"type":"string"},"collectionFormat":"multi"},)"
          R"({"name":"b","in":"header","required":false,"type":"array",)"
          R"("items":{"type":"string"}}])");
    CHECK(at(oas30(), {"paths", "/", "get", "parameters"}) ==
          R"([{"name":"a","in":"query","schema":{"type":"array","items":{"type":"string"}}},)"
          R"({"name":"b","in":"header","schema":{"type":"array","items":{"type":"string"}}}])");
}

TEST_CASE_FIXTURE(ExportFixture, "a body is the model for JSON") {
    add("models", kModel);
    add_method("/", "POST", R"({"requestModels":{"application/json":"NewPet"}})");
    CHECK(at(swagger(), {"paths", "/", "post"}) ==
          R"({"consumes":["application/json"],"parameters":[{"in":"body","name":"NewPet",)"
          R"("required":true,"schema":{"$ref":"#/definitions/NewPet"}}],"responses":{}})");
    CHECK(at(oas30(), {"paths", "/", "post"}) ==
          R"({"requestBody":{"content":{"application/json":{"schema":)"
          R"({"$ref":"#/components/schemas/NewPet"}}},"required":true},"responses":{}})");
}

TEST_CASE_FIXTURE(ExportFixture, "of several bodies Swagger takes JSON, OpenAPI 3 takes all") {
    add("models", kModel);
    add("models", R"({"name":"Xml","contentType":"application/xml","schema":"<schema/>"})");
    add_method("/", "POST",
               R"({"requestModels":{"application/xml":"Xml","application/vnd.a+json":"Empty",
                   "application/json":"NewPet"}})");
    CHECK(at(swagger(), {"paths", "/", "post", "consumes"}) ==
          R"(["application/xml","application/vnd.a+json","application/json"])");
    CHECK(at(swagger(), {"paths", "/", "post", "parameters"}) ==
          R"([{"in":"body","name":"NewPet","required":true,)"
          R"("schema":{"$ref":"#/definitions/NewPet"}}])");
    CHECK(at(oas30(), {"paths", "/", "post", "requestBody", "content"}) ==
          R"({"application/xml":{},)"
          R"("application/vnd.a+json":{"schema":{"$ref":"#/components/schemas/Empty"}},)"
          R"("application/json":{"schema":{"$ref":"#/components/schemas/NewPet"}}})");
}

TEST_CASE_FIXTURE(ExportFixture, "bodies without a model for JSON cannot be exported") {
    add_method("/a", "POST", R"({"requestModels":{"application/xml":"Empty"}})");
    CHECK(refusal() == "Only found non-JSON body models for POST /a");
    request.type = openapi::ExportType::Swagger;
    CHECK(refusal() == "Only found non-JSON body models for POST /a");
}

TEST_CASE_FIXTURE(ExportFixture, "answers without a model for JSON cannot be exported") {
    add_method("/a", "GET",
               R"({"methodResponses":{"200":{"responseModels":{"text/html":"Empty"}}}})");
    CHECK(refusal() == "Only found non-JSON body models for GET /a");
}

TEST_CASE_FIXTURE(ExportFixture, "responses of both formats") {
    add("models", kModel);
    add_method("/", "GET",
               R"({"methodResponses":{"200":{"statusCode":"200",
                   "responseModels":{"application/json":"NewPet"},
                   "responseParameters":{"method.response.header.X-A":false}},
                   "404":{"statusCode":"404"}}})");
    CHECK(at(swagger(), {"paths", "/", "get"}) ==
          R"({"produces":["application/json"],"responses":{"200":{"description":"200 response",)"
          R"("schema":{"$ref":"#/definitions/NewPet"},"headers":{"X-A":{"type":"string"}}},)"
          R"("404":{"description":"404 response"}}})");
    CHECK(at(oas30(), {"paths", "/", "get", "responses"}) ==
          R"({"200":{"description":"200 response",)"
          R"("headers":{"X-A":{"schema":{"type":"string"}}},)"
          R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/NewPet"}}}},)"
          R"("404":{"description":"404 response","content":{}}})");
}

TEST_CASE_FIXTURE(ExportFixture, "content types of templates do not widen those of models") {
    add_method("/", "GET",
               R"({"methodResponses":{"200":{"responseModels":{"application/json":"Empty"}}},
                   "methodIntegration":{"type":"MOCK","integrationResponses":{
                       "200":{"responseTemplates":{"text/html":"<html/>"}}}}})");
    CHECK(at(swagger(), {"paths", "/", "get", "produces"}) == R"(["application/json"])");
}

TEST_CASE_FIXTURE(ExportFixture, "without models Swagger tells the content types of templates") {
    add_method("/", "GET",
               R"({"methodIntegration":{"type":"MOCK",
                   "requestTemplates":{"application/json":"{}"},
                   "integrationResponses":{"200":{"responseTemplates":{"text/html":"<html/>"}},
                                           "500":{"responseTemplates":{"text/html":""}}}}})");
    CHECK(at(swagger(), {"paths", "/", "get"}) ==
          R"({"consumes":["application/json"],"produces":["text/html"],"responses":{}})");
    CHECK(at(oas30(), {"paths", "/", "get"}) == R"({"responses":{}})");
}

TEST_CASE_FIXTURE(ExportFixture, "Postman learns how to sign where that is asked for") {
    request.extensions = openapi::export_extensions("postman");
    add_method("/", "GET", R"({"authorizationType":"AWS_IAM"})");
    add_method("/a", "GET", R"({"authorizationType":"NONE"})");
    const json::Value document = swagger();
    CHECK(at(document, {"paths", "/", "get", "x-postman-meta"}) ==
          R"({"currentHelper":"awsSigV4","helperAttributes":{"id":"awsSigV4",)"
          R"("accessKey":"{{aws_access_key_id}}","secretKey":"{{aws_secret_access_key}}",)"
          R"("region":"us-east-1","service":"execute-api"}})");
    CHECK(at(document, {"paths", "/a", "get", "x-postman-meta"}) == "absent");
}
