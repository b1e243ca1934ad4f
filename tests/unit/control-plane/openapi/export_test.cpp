#include "control-plane/openapi/export.hpp"

#include "tests/unit/control-plane/openapi/export_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

TEST_CASE("the types are those of the contract") {
    CHECK(*openapi::export_type("swagger") == openapi::ExportType::Swagger);
    CHECK(*openapi::export_type("oas30") == openapi::ExportType::Oas30);
    const auto unknown = openapi::export_type("raml");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().kind == Error::Kind::Invalid);
    CHECK(unknown.error().message == "No API exporter for type 'raml'");
}

TEST_CASE("extensions are a list of names") {
    const auto some = openapi::export_extensions("integrations, authorizers,unheard");
    CHECK(some.integrations);
    CHECK(some.authorizers);
    CHECK_FALSE(some.api);
    CHECK_FALSE(some.documentation);
    const auto all = openapi::export_extensions("apigateway");
    CHECK(all.integrations);
    CHECK(all.authorizers);
    CHECK(all.api);
    CHECK(all.documentation);
    CHECK_FALSE(all.postman);
    CHECK(openapi::export_extensions("postman").postman);
    CHECK(openapi::export_extensions("documentation").documentation);
    CHECK_FALSE(openapi::export_extensions("").integrations);
}

TEST_CASE_FIXTURE(ExportFixture, "an empty API as Swagger") {
    set_api("description", "All of them");
    set_api("version", "1.2.0");
    CHECK(
        json::write(swagger()) ==
        R"({"swagger":"2.0","info":{"version":"1.2.0","title":"pets","description":"All of them"},)"
        R"("host":"a1b2c3d4e5.execute-api.us-east-1.localhost","basePath":"/test",)"
        R"("schemes":["https"],"paths":{}})");
}

TEST_CASE_FIXTURE(ExportFixture, "an empty API as OpenAPI 3") {
    set_api("description", "All of them");
    set_api("version", "1.2.0");
    CHECK(
        json::write(oas30()) ==
        R"({"openapi":"3.0.1","info":{"title":"pets","description":"All of them","version":"1.2.0"},)"
        R"("servers":[{"url":"https://a1b2c3d4e5.execute-api.us-east-1.localhost/{basePath}",)"
        R"("variables":{"basePath":{"default":"test"}}}],"paths":{},"components":{}})");
}

TEST_CASE_FIXTURE(ExportFixture, "without a version the time of creation is told") {
    CHECK(at(swagger(), {"info", "version"}) == "\"2023-11-14T22:13:20Z\"");
    CHECK(openapi::export_version(request.deployment) == "2023-11-14T22:13:20Z");
}

TEST_CASE("the file is named after type and version") {
    using openapi::export_file_name;
    CHECK(export_file_name(openapi::ExportType::Swagger, "1.0.0", false) == "swagger_1.0.0.json");
    CHECK(export_file_name(openapi::ExportType::Oas30, "2023-11-14T22:13:20Z", true) ==
          "oas30_2023-11-14T22:13:20Z.yaml");
    CHECK(export_file_name(openapi::ExportType::Oas30, "a \"b\"/../\\c\r\n", false) ==
          "oas30_a _b__..__c__.json");
}

TEST_CASE_FIXTURE(ExportFixture, "resources without methods are left out, verbs have their order") {
    add("resources", R"({"id":"r0","path":"/"})");
    add_method("/pets", "POST", R"({"httpMethod":"POST"})");
    json::Value& methods = request.deployment["resources"].as_array().back()["resourceMethods"];
    methods["ANY"] = parsed(R"({"httpMethod":"ANY"})");
    methods["GET"] = parsed(R"({"httpMethod":"GET"})");
    CHECK(at(swagger(), {"paths"}) == R"({"/pets":{"get":{"responses":{}},"post":{"responses":{}},)"
                                      R"("x-amazon-apigateway-any-method":{"responses":{}}}})");
}

TEST_CASE_FIXTURE(ExportFixture, "settings of the API are extensions, those by default are not") {
    request.extensions = openapi::export_extensions("apigateway");
    set_api("apiKeySource", "HEADER");
    set_api("disableExecuteApiEndpoint", false);
    set_api("endpointConfiguration", parsed(R"({"types":["REGIONAL"]})"));
    CHECK(json::write(swagger()).find("x-amazon") == std::string::npos);

    set_api("apiKeySource", "AUTHORIZER");
    set_api("disableExecuteApiEndpoint", true);
    set_api("minimumCompressionSize", 0);
    set_api("binaryMediaTypes", parsed(R"(["image/png"])"));
    set_api("policy", R"({"Version":"2012-10-17","Statement":[]})");
    const json::Value document = swagger();
    CHECK(at(document, {"x-amazon-apigateway-api-key-source"}) == "\"AUTHORIZER\"");
    CHECK(at(document, {"x-amazon-apigateway-minimum-compression-size"}) == "0");
    CHECK(at(document, {"x-amazon-apigateway-binary-media-types"}) == R"(["image/png"])");
    CHECK(at(document, {"x-amazon-apigateway-policy"}) ==
          R"({"Version":"2012-10-17","Statement":[]})");
    CHECK(at(document, {"x-amazon-apigateway-endpoint-configuration"}) ==
          R"({"disableExecuteApiEndpoint":true})");
    CHECK(json::write(*oas30().find("servers"))
              .ends_with(R"("x-amazon-apigateway-endpoint-configuration":)"
                         R"({"disableExecuteApiEndpoint":true}}])"));
    request.extensions = openapi::export_extensions("integrations,authorizers,documentation");
    CHECK(json::write(swagger()).find("x-amazon") == std::string::npos);
}

TEST_CASE_FIXTURE(ExportFixture, "validators are listed by name and named by the methods") {
    add("requestValidators",
        R"({"id":"v1","name":"body","validateRequestBody":true,"validateRequestParameters":false})");
    add_method("/", "GET", R"({"requestValidatorId":"v1"})");
    CHECK(at(oas30(), {"paths", "/", "get"}) == R"({"responses":{}})");
    request.extensions = openapi::export_extensions("apigateway");
    const json::Value document = oas30();
    CHECK(at(document, {"x-amazon-apigateway-request-validators"}) ==
          R"({"body":{"validateRequestParameters":false,"validateRequestBody":true}})");
    CHECK(at(document, {"paths", "/", "get", "x-amazon-apigateway-request-validator"}) ==
          "\"body\"");
}

TEST_CASE_FIXTURE(ExportFixture, "gateway responses that were customised are exported") {
    request.extensions = openapi::export_extensions("apigateway");
    add("gatewayResponses",
        R"({"responseType":"UNAUTHORIZED","statusCode":"401","defaultResponse":true})");
    add("gatewayResponses",
        R"({"responseType":"ACCESS_DENIED","statusCode":"404","defaultResponse":false,
            "responseParameters":{"gatewayresponse.header.a":"'b'"},
            "responseTemplates":{"application/json":"{}"}})");
    add("gatewayResponses",
        R"({"responseType":"DEFAULT_5XX","responseParameters":{},"responseTemplates":{}})");
    CHECK(at(swagger(), {"x-amazon-apigateway-gateway-responses"}) ==
          R"({"ACCESS_DENIED":{"statusCode":404,)"
          R"("responseParameters":{"gatewayresponse.header.a":"'b'"},)"
          R"("responseTemplates":{"application/json":"{}"}},)"
          R"("DEFAULT_5XX":{"responseTemplates":{}}})");
}
