#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;

Reading with_extensions(std::string_view extensions, std::string_view put = "") {
    return read(oas30(R"("paths": {"/pets": {"get": {}, "put": {)" + std::string(put) + "}}}, " +
                      std::string(extensions)));
}

constexpr std::string_view kValidatorOfPut = R"("x-amazon-apigateway-request-validator": "params")";

json::Value setting(const Reading& reading, std::string_view name) {
    const json::Value* const found = reading.api.rest_api.find(name);
    return found == nullptr ? json::Value() : *found;
}

}  // namespace

TEST_CASE("the extensions of the document are members of the API") {
    const Reading reading = with_extensions(
        R"("x-amazon-apigateway-api-key-source": "authorizer",
        "x-amazon-apigateway-binary-media-types": ["image/png", "a/b"],
        "x-amazon-apigateway-minimum-compression-size": 1024,
        "x-amazon-apigateway-security-policy": "TLS_1_2",
        "x-amazon-apigateway-endpoint-access-mode": "strict",
        "x-amazon-apigateway-policy": {"Version": "2012-10-17", "Statement": []})");
    CHECK(setting(reading, "apiKeySource") == json::Value("AUTHORIZER"));
    CHECK(setting(reading, "binaryMediaTypes") == json::Array{"image/png", "a/b"});
    CHECK(setting(reading, "minimumCompressionSize") == json::Value(1024));
    CHECK(setting(reading, "securityPolicy") == json::Value("TLS_1_2"));
    CHECK(setting(reading, "endpointAccessMode") == json::Value("STRICT"));
    CHECK(setting(reading, "policy") == json::Value(R"({"Version":"2012-10-17","Statement":[]})"));
    CHECK(reading.warnings.empty());
}

TEST_CASE("an extension of another kind is ignored with a warning") {
    const Reading reading = with_extensions(
        R"("x-amazon-apigateway-api-key-source": "QUERY",
        "x-amazon-apigateway-binary-media-types": "a/b",
        "x-amazon-apigateway-minimum-compression-size": "much",
        "x-amazon-apigateway-policy": 5)");
    CHECK(reading.warnings.size() == 4);
    CHECK(reading.api.rest_api == json::Object{{"name", "Pets"}, {"version", "1"}});
}

TEST_CASE("the endpoint configuration is at the document or its server") {
    const std::string_view extension =
        R"("x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": true,
        "vpcEndpointIds": ["vpce-1"], "ipAddressType": "dualstack"})";
    for (const std::string& text :
         {swagger(R"("paths": {}, )" + std::string(extension)),
          oas30(R"("paths": {}, "servers": [{"url": "/", )" + std::string(extension) + "}]")}) {
        const Reading reading = read(text);
        CHECK(setting(reading, "disableExecuteApiEndpoint") == json::Value(true));
        CHECK(setting(reading, "endpointConfiguration") ==
              json_of(R"({"vpcEndpointIds": ["vpce-1"], "ipAddressType": "dualstack"})"));
    }
}

TEST_CASE("validators are read, and chosen by document and operation") {
    const Reading reading = with_extensions(
        R"("x-amazon-apigateway-request-validators": {
        "all": {"validateRequestBody": true, "validateRequestParameters": true},
        "params": {"validateRequestParameters": true}},
        "x-amazon-apigateway-request-validator": "all")",
        kValidatorOfPut);
    CHECK(reading.api.request_validators ==
          std::vector<json::Value>{json::Object{{"name", "all"},
                                                {"validateRequestBody", true},
                                                {"validateRequestParameters", true}},
                                   json::Object{{"name", "params"},
                                                {"validateRequestBody", false},
                                                {"validateRequestParameters", true}}});
    CHECK(the_method(reading).validator_name == "all");
    CHECK(method_of(reading, "/pets", "PUT").validator_name == "params");
}

TEST_CASE("a validator that is not there is reported") {
    const Reading reading = with_extensions(R"("x-other": 1)", kValidatorOfPut);
    CHECK(method_of(reading, "/pets", "PUT").validator_name.empty());
    REQUIRE(reading.warnings.size() == 1);
    CHECK(reading.warnings[0].starts_with("There is no request validator 'params'; it is ignored"));
}

TEST_CASE("gateway responses are read by type") {
    const Reading reading = with_extensions(
        R"("x-amazon-apigateway-gateway-responses": {
        "DEFAULT_4XX": {"statusCode": 404, "responseTemplates": {"application/json": "{}"}},
        "THROTTLED": {"responseParameters": {"gatewayresponse.header.a": "'b'"}},
        "NOBODY": {}})");
    CHECK(reading.api.gateway_responses ==
          std::vector<json::Value>{json_of(R"({"responseType": "DEFAULT_4XX", "statusCode": "404",
        "responseTemplates": {"application/json": "{}"}})"),
                                   json_of(R"({"responseType": "THROTTLED",
        "responseParameters": {"gatewayresponse.header.a": "'b'"}})")});
    REQUIRE(reading.warnings.size() == 1);
    CHECK(reading.warnings[0].starts_with("There is no gateway response 'NOBODY'; it is ignored"));
}

}  // namespace turnpike::openapi
