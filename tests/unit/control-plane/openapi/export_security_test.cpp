#include "tests/unit/control-plane/openapi/export_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

TEST_CASE_FIXTURE(ExportFixture, "keys and signatures are schemes of their own") {
    add_method("/", "GET", R"({"authorizationType":"AWS_IAM","apiKeyRequired":true})");
    const json::Value document = swagger();
    CHECK(at(document, {"paths", "/", "get", "security"}) == R"([{"sigv4":[]},{"api_key":[]}])");
    CHECK(at(document, {"securityDefinitions"}) ==
          R"({"api_key":{"type":"apiKey","name":"x-api-key","in":"header"},)"
          R"("sigv4":{"type":"apiKey","name":"Authorization","in":"header",)"
          R"("x-amazon-apigateway-authtype":"awsSigv4"}})");
    CHECK(at(oas30(), {"components", "securitySchemes", "api_key", "in"}) == "\"header\"");
}

TEST_CASE_FIXTURE(ExportFixture, "open methods ask for nothing") {
    add_method("/", "GET", R"({"authorizationType":"NONE","apiKeyRequired":false})");
    CHECK(at(swagger(), {"paths", "/", "get", "security"}) == "absent");
    CHECK(at(swagger(), {"securityDefinitions"}) == "absent");
    CHECK(at(oas30(), {"components"}) == "{}");
}

TEST_CASE_FIXTURE(ExportFixture, "an authorizer is named with its scopes") {
    add("authorizers",
        R"({"id":"z1","name":"pool","type":"COGNITO_USER_POOLS","providerARNs":["arn:p"],
            "identitySource":"method.request.header.Auth"})");
    add("authorizers", R"({"id":"z2","name":"unused","type":"TOKEN"})");
    add_method("/", "GET",
               R"({"authorizationType":"COGNITO_USER_POOLS","authorizerId":"z1",
                   "authorizationScopes":["a/read"]})");
    CHECK(at(swagger(), {"paths", "/", "get", "security"}) == R"([{"pool":["a/read"]}])");
    CHECK(at(swagger(), {"securityDefinitions"}) ==
          R"({"pool":{"type":"apiKey","name":"Auth","in":"header",)"
          R"("x-amazon-apigateway-authtype":"cognito_user_pools"}})");
}

TEST_CASE_FIXTURE(ExportFixture, "authorizers are complete when they are asked for") {
    request.extensions = openapi::export_extensions("authorizers");
    add("authorizers",
        R"({"id":"z1","name":"token","type":"TOKEN","authType":"custom","authorizerUri":"arn:u",
            "authorizerCredentials":"arn:c","identitySource":"method.request.header.Auth",
            "identityValidationExpression":"^x-","authorizerResultTtlInSeconds":0})");
    add("authorizers",
        R"({"id":"z2","name":"request","type":"REQUEST","authType":"oauth2","authorizerUri":"arn:u",
            "identitySource":"method.request.header.A,method.request.querystring.B"})");
    add("authorizers",
        R"({"id":"z3","name":"one","type":"REQUEST","authorizerUri":"arn:u",
            "identitySource":"method.request.header.A"})");
    const json::Value document = swagger();
    CHECK(at(document, {"securityDefinitions", "token"}) ==
          R"({"type":"apiKey","name":"Auth","in":"header","x-amazon-apigateway-authtype":"custom",)"
          R"("x-amazon-apigateway-authorizer":{"type":"token","authorizerUri":"arn:u",)"
          R"("authorizerCredentials":"arn:c","identityValidationExpression":"^x-",)"
          R"("authorizerResultTtlInSeconds":0}})");
    CHECK(at(document, {"securityDefinitions", "request"}) ==
          R"({"type":"apiKey","name":"Unused","in":"header",)"
          R"("x-amazon-apigateway-authtype":"oauth2",)"
          R"("x-amazon-apigateway-authorizer":{"type":"request","authorizerUri":"arn:u",)"
          R"("identitySource":"method.request.header.A,method.request.querystring.B"}})");
    CHECK(at(document, {"securityDefinitions", "one", "name"}) == "\"A\"");
    CHECK(at(document, {"securityDefinitions", "one", "x-amazon-apigateway-authorizer"}) ==
          R"({"type":"request","authorizerUri":"arn:u",)"
          R"("identitySource":"method.request.header.A"})");
}

TEST_CASE_FIXTURE(ExportFixture, "an authorizer keeps its name, whatever it is called") {
    add("authorizers", R"({"id":"z1","name":"api_key","type":"TOKEN",
                           "identitySource":"method.request.header.Auth"})");
    add_method("/", "GET",
               R"({"authorizationType":"CUSTOM","authorizerId":"z1","apiKeyRequired":true})");
    CHECK(at(swagger(), {"paths", "/", "get", "security"}) ==
          R"([{"api_key":[]},{"api_key_":[]}])");
    CHECK(at(swagger(), {"securityDefinitions", "api_key", "name"}) == "\"Auth\"");
    CHECK(at(swagger(), {"securityDefinitions", "api_key_", "name"}) == "\"x-api-key\"");
}
