#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;

Reading integrated(std::string_view integration, std::string_view others = "") {
    return read(with_operation(R"("x-amazon-apigateway-integration": )" + std::string(integration),
                               others));
}

json::Value integration_of(const Reading& reading) {
    const json::Value* const found = the_method(reading).method.find("methodIntegration");
    return found == nullptr ? json::Value() : *found;
}

}  // namespace

TEST_CASE("an integration is read with all its members, enumerations in upper case") {
    const Reading reading = integrated(R"({"type": "http_proxy", "httpMethod": "post",
        "uri": "https://x.org", "credentials": "arn:aws:iam::1:role/r", "connectionType": "vpc_link",
        "connectionId": "abc", "contentHandling": "convert_to_text",
        "passthroughBehavior": "when_no_match", "timeoutInMillis": 5000, "cacheNamespace": "c",
        "cacheKeyParameters": ["method.request.path.id"], "responseTransferMode": "stream",
        "integrationTarget": "arn:t", "tlsConfig": {"insecureSkipVerification": true},
        "requestParameters": {"integration.request.header.a": "'b'"},
        "requestTemplates": {"application/json": "{}", "text/plain": null}, "other": 1})");
    CHECK(integration_of(reading) ==
          json_of(R"({"type": "HTTP_PROXY", "httpMethod": "POST", "uri": "https://x.org",
        "credentials": "arn:aws:iam::1:role/r", "connectionType": "VPC_LINK", "connectionId": "abc",
        "contentHandling": "CONVERT_TO_TEXT", "passthroughBehavior": "WHEN_NO_MATCH",
        "timeoutInMillis": 5000, "cacheNamespace": "c",
        "cacheKeyParameters": ["method.request.path.id"], "responseTransferMode": "STREAM",
        "integrationTarget": "arn:t", "tlsConfig": {"insecureSkipVerification": true},
        "requestParameters": {"integration.request.header.a": "'b'"},
        "requestTemplates": {"application/json": "{}", "text/plain": null}})"));
    CHECK(reading.warnings.empty());
}

TEST_CASE("responses are by status code, their keys are selection patterns") {
    const Reading reading = integrated(R"({"type": "mock", "responses": {
        "default": {"statusCode": "200", "responseParameters": {"method.response.header.a": "'b'"}},
        "4\\d{2}": {"statusCode": 400, "responseTemplates": {"a/b": "x"},
        "contentHandling": "CONVERT_TO_BINARY"}}})");
    CHECK(integration_of(reading).object("integrationResponses") ==
          json_of(R"({"200": {"statusCode": "200",
        "responseParameters": {"method.response.header.a": "'b'"}},
        "400": {"statusCode": "400", "selectionPattern": "4\\d{2}",
        "responseTemplates": {"a/b": "x"}, "contentHandling": "CONVERT_TO_BINARY"}})")
              .as_object());
}

TEST_CASE("a response without a status code gets one, with a warning") {
    const Reading reading =
        integrated(R"({"type": "mock", "responses": {"default": {}, "404": {}}})");
    CHECK(integration_of(reading).object("integrationResponses") ==
          json_of(R"({"200": {"statusCode": "200"},
        "404": {"statusCode": "404", "selectionPattern": "404"}})")
              .as_object());
    CHECK(reading.warnings.size() == 2);
}

TEST_CASE("of two responses with one status code the last one is kept, with a warning") {
    const Reading reading = integrated(R"({"type": "mock", "responses": {
        "default": {"statusCode": "200"}, "a.*": {"statusCode": "200"}}})");
    const json::Object responses = integration_of(reading).object("integrationResponses");
    REQUIRE(responses.size() == 1);
    CHECK(responses.find("200")->text("selectionPattern") == "a.*");
    CHECK(reading.warnings.size() == 1);
}

TEST_CASE("an entry that is no text is left out and reported in the recorded words") {
    const Reading reading = read(oas30(
        R"("paths": {"/test": {"get": {"x-amazon-apigateway-integration": {"type": "mock",
        "requestParameters": {"integration.request.header.nothing": true,
        "integration.request.header.a": "'b'"},
        "requestTemplates": {"application/json": {"statusCode": 200}}}}}})"));
    CHECK(reading.warnings ==
          std::vector<std::string>{
              "Invalid format for 'requestParameters'. Expected type string for property "
              "'integration.request.header.nothing' of resource '/test' and method 'GET' but got "
              "'true'",
              "Invalid format for 'requestTemplates'. Expected type string for property "
              "'application/json' of resource '/test' and method 'GET' but got "
              "'{\"statusCode\":200}'"});
    const json::Value& method = method_of(reading, "/test", "GET").method;
    CHECK(*method.find("methodIntegration") ==
          json_of(
              R"({"type": "MOCK", "requestParameters": {"integration.request.header.a": "'b'"}})"));
}

TEST_CASE("an integration may be a reference, and hold some") {
    const Reading reading =
        integrated(R"({"$ref": "#/components/x-amazon-apigateway-integrations/one"})",
                   R"(, "components": {"x-amazon-apigateway-integrations": {"one": {"type": "mock",
        "requestTemplates": {"$ref": "#/x-templates"},
        "responses": {"default": {"$ref": "#/components/x-responses/0"}}}},
        "x-responses": [{"statusCode": "204"}]}, "x-templates": {"a/b": "c"})");
    CHECK(integration_of(reading) == json_of(R"({"type": "MOCK", "requestTemplates": {"a/b": "c"},
        "integrationResponses": {"204": {"statusCode": "204"}}})"));
    CHECK(reading.warnings.empty());
}

TEST_CASE("a reference of an extension into itself is left out and reported") {
    const Reading reading = integrated(
        R"({"type": "mock", "requestTemplates": {"a/b": "c"},
        "responses": {"$ref": "#/x-loop"}})",
        R"(, "x-loop": {"default": {"statusCode": "200", "more": {"$ref": "#/x-loop"}}})");
    CHECK(integration_of(reading).object("integrationResponses").size() == 1);
    REQUIRE(reading.warnings.size() == 1);
    CHECK(reading.warnings[0].starts_with("The reference leads into itself"));
}

TEST_CASE("an integration without a known type is ignored") {
    for (const char* text : {R"({})", R"({"type": "lambda"})", R"({"$ref": "#/nowhere"})"}) {
        CAPTURE(text);
        const Reading reading = integrated(text);
        CHECK(integration_of(reading).is_null());
        CHECK_FALSE(reading.warnings.empty());
    }
}

TEST_CASE("a number in quotes is a number") {
    const Reading reading = integrated(R"({"type": "mock", "timeoutInMillis": "5000"})");
    CHECK(integration_of(reading).integer("timeoutInMillis") == 5000);
    CHECK(integrated(R"({"type": "mock", "timeoutInMillis": "soon"})").warnings.size() == 1);
}

}  // namespace turnpike::openapi
