#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;

constexpr std::string_view kSchemes = R"({
    "key": {"type": "apiKey", "name": "X-API-Key", "in": "header"},
    "sigv4": {"type": "apiKey", "name": "Authorization", "in": "header",
              "x-amazon-apigateway-authtype": "awsSigv4"},
    "token": {"type": "apiKey", "name": "Auth", "in": "header",
              "x-amazon-apigateway-authtype": "custom",
              "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": "arn:aws:x",
              "authorizerResultTtlInSeconds": 60, "identityValidationExpression": "^x"}},
    "request": {"type": "apiKey", "name": "Unused", "in": "header",
              "x-amazon-apigateway-authorizer": {"type": "REQUEST", "authorizerUri": "arn:aws:y",
              "authorizerCredentials": "arn:aws:iam::1:role/r",
              "identitySource": "method.request.header.A, context.b"}},
    "pool": {"type": "apiKey", "name": "Authorization", "in": "header",
              "x-amazon-apigateway-authtype": "cognito_user_pools",
              "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools",
              "providerARNs": ["arn:aws:cognito-idp:p"]}},
    "oauth": {"type": "oauth2", "flows": {}},
    "jwt": {"type": "oauth2", "x-amazon-apigateway-authorizer": {"type": "jwt"}}})";

Reading secured(std::string_view operation, std::string_view document = "") {
    return read(with_operation(operation, std::string(document) +
                                              R"(, "components": {"securitySchemes": )" +
                                              std::string(kSchemes) + "}"));
}

}  // namespace

TEST_CASE("schemes with the extension are authorizers, used or not") {
    const Reading reading = secured("");
    REQUIRE(reading.api.authorizers.size() == 3);
    CHECK(*find_named(reading.api.authorizers, "token") ==
          json::Object{{"name", "token"},
                       {"type", "TOKEN"},
                       {"authType", "custom"},
                       {"authorizerUri", "arn:aws:x"},
                       {"identityValidationExpression", "^x"},
                       {"authorizerResultTtlInSeconds", 60},
                       {"identitySource", "method.request.header.Auth"}});
    CHECK(*find_named(reading.api.authorizers, "request") ==
          json::Object{{"name", "request"},
                       {"type", "REQUEST"},
                       {"authorizerUri", "arn:aws:y"},
                       {"authorizerCredentials", "arn:aws:iam::1:role/r"},
                       {"identitySource", "method.request.header.A, context.b"}});
    CHECK(*find_named(reading.api.authorizers, "pool") ==
          json::Object{{"name", "pool"},
                       {"type", "COGNITO_USER_POOLS"},
                       {"authType", "cognito_user_pools"},
                       {"providerARNs", json::Array{"arn:aws:cognito-idp:p"}},
                       {"identitySource", "method.request.header.Authorization"}});
    REQUIRE(reading.warnings.size() == 2);
    CHECK(reading.warnings[0].starts_with("The security scheme 'oauth' is ignored"));
    CHECK(reading.warnings[1].starts_with("The authorizer 'jwt' is ignored"));
}

TEST_CASE("the security definitions of 2.0 are read in the same way") {
    const Reading reading = read(swagger(
        R"("paths": {"/pets": {"get": {"security": [{"pool": ["a/b"]}]}}}, "securityDefinitions": )" +
        std::string(kSchemes)));
    CHECK(the_method(reading).authorizer_name == "pool");
    CHECK(reading.api.authorizers.size() == 3);
}

TEST_CASE("a requirement of an authorizer gives its type, name and scopes") {
    Reading reading = secured(R"("security": [{"token": []}])");
    CHECK(the_method(reading).method.text("authorizationType") == "CUSTOM");
    CHECK(the_method(reading).authorizer_name == "token");
    CHECK(the_method(reading).method.find("authorizationScopes") == nullptr);
    reading = secured(R"("security": [{"pool": ["a/b", "c"]}])");
    CHECK(the_method(reading).method.text("authorizationType") == "COGNITO_USER_POOLS");
    CHECK(the_method(reading).authorizer_name == "pool");
    CHECK(the_method(reading).method.array("authorizationScopes") == json::Array{"a/b", "c"});
}

TEST_CASE("keys and signatures are required by requirements") {
    Reading reading = secured(R"("security": [{"key": []}])");
    CHECK(the_method(reading).method.flag("apiKeyRequired"));
    CHECK(the_method(reading).method.text("authorizationType") == "NONE");
    reading = secured(R"("security": [{"key": [], "sigv4": []}])");
    CHECK(the_method(reading).method.flag("apiKeyRequired"));
    CHECK(the_method(reading).method.text("authorizationType") == "AWS_IAM");
    CHECK(the_method(reading).authorizer_name.empty());
}

TEST_CASE("the document's security holds for operations without their own") {
    const std::string_view root = R"(, "security": [{"pool": ["a"]}, {"key": []}])";
    Reading reading = secured("", root);
    CHECK(the_method(reading).authorizer_name == "pool");
    CHECK(the_method(reading).method.array("authorizationScopes") == json::Array{"a"});
    CHECK(the_method(reading).method.flag("apiKeyRequired"));
    reading = secured(R"("security": [{"token": []}])", root);
    CHECK(the_method(reading).authorizer_name == "token");
    CHECK_FALSE(the_method(reading).method.flag("apiKeyRequired"));
    reading = secured(R"("security": [])", root);
    CHECK(the_method(reading).method.text("authorizationType") == "NONE");
    CHECK_FALSE(the_method(reading).method.flag("apiKeyRequired"));
}

TEST_CASE("of several authorizers the first one stays, with a warning") {
    const Reading reading =
        secured(R"("security": [{"token": []}, {"pool": ["a"]}, {"token": []}])");
    CHECK(the_method(reading).authorizer_name == "token");
    CHECK(the_method(reading).method.find("authorizationScopes") == nullptr);
    REQUIRE(reading.warnings.size() == 3);
    CHECK(
        reading.warnings[2].starts_with("A method has one authorizer at most; 'pool' is ignored"));
}

TEST_CASE("an authorizer and a key are both demanded, in one requirement or in two") {
    for (const char* security :
         {R"([{"pool": ["a"], "key": []}])", R"([{"pool": ["a"]}, {"key": []}])",
          R"([{"key": []}, {"pool": ["a"]}])"}) {
        CAPTURE(security);
        const Reading reading = secured(R"("security": )" + std::string(security));
        CHECK(the_method(reading).authorizer_name == "pool");
        CHECK(the_method(reading).method.text("authorizationType") == "COGNITO_USER_POOLS");
        CHECK(the_method(reading).method.array("authorizationScopes") == json::Array{"a"});
        CHECK(the_method(reading).method.flag("apiKeyRequired"));
        CHECK(reading.warnings.size() == 2);  // of the schemes
    }
}

TEST_CASE("of two authorizers in one requirement the first one stays") {
    const Reading reading = secured(R"("security": [{"sigv4": [], "pool": ["a"], "key": []}])");
    CHECK(the_method(reading).method.text("authorizationType") == "AWS_IAM");
    CHECK(the_method(reading).authorizer_name.empty());
    CHECK(the_method(reading).method.find("authorizationScopes") == nullptr);
    CHECK(the_method(reading).method.flag("apiKeyRequired"));
    CHECK(reading.warnings.back().starts_with("A method has one authorizer at most; 'pool' is "));
}

TEST_CASE("scopes of one authorizer in several requirements are joined") {
    const Reading reading =
        secured(R"("security": [{"pool": ["a", "b"]}, {"pool": ["b", "c", "a"]}, {"pool": []}])");
    CHECK(the_method(reading).method.array("authorizationScopes") == json::Array{"a", "b", "c"});
    CHECK(reading.warnings.size() == 2);
}

TEST_CASE("an empty requirement alone asks for nothing, among others it is ignored") {
    const std::string_view root = R"(, "security": [{"pool": ["a"]}])";
    Reading reading = secured(R"("security": [{}])", root);
    CHECK(the_method(reading).method.text("authorizationType") == "NONE");
    CHECK(reading.warnings.size() == 2);
    reading = secured(R"("security": [{}, {"key": []}])", root);
    CHECK(the_method(reading).method.flag("apiKeyRequired"));
    CHECK(the_method(reading).authorizer_name.empty());
    CHECK(reading.warnings.back().starts_with("An empty security requirement beside others"));
}

TEST_CASE("security that is no list does not open what the document protects") {
    for (const char* security : {"null", "{}", "\"none\""}) {
        const Reading reading = secured(R"("security": )" + std::string(security),
                                        R"(, "security": [{"pool": ["a"]}])");
        CHECK(the_method(reading).authorizer_name == "pool");
        CHECK(reading.warnings.back().starts_with("Security that is no list is ignored (1:"));
    }
}

TEST_CASE("schemes that are ignored or unknown require nothing") {
    const Reading reading = secured(R"("security": [{"oauth": ["a"]}, {"nobody": []}])");
    CHECK(the_method(reading).method.text("authorizationType") == "NONE");
    CHECK(reading.warnings.back().starts_with("There is no security scheme 'nobody'"));
}

TEST_CASE("x-amazon-apigateway-auth says what kind of authorization there is") {
    Reading reading = secured(R"("x-amazon-apigateway-auth": {"type": "aws_iam"})");
    CHECK(the_method(reading).method.text("authorizationType") == "AWS_IAM");
    reading = secured(R"("security": [{"pool": ["a"]}, {"key": []}],
        "x-amazon-apigateway-auth": {"type": "NONE"})");
    CHECK(the_method(reading).method.text("authorizationType") == "NONE");
    CHECK(the_method(reading).authorizer_name.empty());
    CHECK(the_method(reading).method.find("authorizationScopes") == nullptr);
    CHECK(the_method(reading).method.flag("apiKeyRequired"));
}

}  // namespace turnpike::openapi
