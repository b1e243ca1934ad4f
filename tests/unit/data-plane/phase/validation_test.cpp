// Request validators: required parameters, bodies against models.
#include <doctest/doctest.h>

#include "common/json/value.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::string_view kPet = R"({"type":"object","required":["name"],
    "properties":{"name":{"type":"string"},"owner":{
        "$ref":"https://apigateway.amazonaws.com/restapis/abc123/models/Owner"}}})";
constexpr std::string_view kOwner = R"({"type":"object","properties":{"age":{"type":"integer"}}})";

std::string model(std::string_view name, std::string_view schema) {
    return R"({"name":")" + std::string(name) + R"(","contentType":"application/json","schema":)" +
           json::quote(schema) + "}";
}

/// POST /a/{id}, whose members are given, before a MOCK that answers "served".
Gateway::Options validated(std::string_view method_members, std::string_view schema = kPet) {
    Gateway::Options options;
    options.resources = {{"/a/{id}", R"("POST":{"httpMethod":"POST","authorizationType":"NONE",
            "methodResponses":{"200":{"statusCode":"200"}},"methodIntegration":{"type":"MOCK",
                "requestTemplates":{"$default":"{\"statusCode\": 200}"},
                "integrationResponses":{"200":{"statusCode":"200",
                    "responseTemplates":{"application/json":"served"}}}},)" +
                                         std::string(method_members) + "}"}};
    options.deployment_members = R"(,"requestValidators":[
            {"id":"body","validateRequestBody":true,"validateRequestParameters":false},
            {"id":"parameters","validateRequestBody":false,"validateRequestParameters":true},
            {"id":"both","validateRequestBody":true,"validateRequestParameters":true}],"models":[)" +
                                 model("Pet", schema) + "," + model("Owner", kOwner) + "]";
    return options;
}

constexpr std::string_view kBody =
    R"("requestValidatorId":"body","requestModels":{"application/json":"Pet"})";

void check_refused(const std::string& response, std::string_view message) {
    CHECK(status_of(response) == 400);
    CHECK(body_of(response) == "{\"message\":" + json::quote(message) + "}");
    CHECK(field_of(response, "x-amzn-errortype") == "BadRequestException");
}

}  // namespace

TEST_CASE("a body must match the model of its type") {
    const Gateway gateway(validated(kBody));
    CHECK(body_of(gateway.call("POST /prod/a/1", "", R"({"name":"rex","owner":{"age":3}})")) ==
          "served");
    for (const std::string_view body : {R"({"name":1})", R"({"nam":"x"})", "[]", "no json", "{", "",
                                        R"({"name":"x","owner":{"age":"3"}})"}) {
        CAPTURE(body);
        check_refused(gateway.call("POST /prod/a/1", "", body), "Invalid request body");
        CHECK(gateway.logged().back().error_type == "BAD_REQUEST_BODY");
    }
    gateway.call("POST /prod/a/1", "", R"({"nam":"x"})");
    CHECK(gateway.logged().back().detail ==
          "Request body does not match model schema for content-type application/json: "
          "[object has missing required properties ([\"name\"])]");
}

TEST_CASE("a body of a type without a model passes") {
    const Gateway gateway(validated(kBody));
    CHECK(body_of(gateway.call("POST /prod/a/1", "Content-Type: text/plain\r\n", "x")) == "served");
    check_refused(
        gateway.call("POST /prod/a/1", "Content-Type: Application/JSON; charset=utf-8\r\n", "x"),
        "Invalid request body");
    const Gateway any(
        validated(R"("requestValidatorId":"body","requestModels":{"$default":"Pet"})"));
    check_refused(any.call("POST /prod/a/1", "Content-Type: text/plain\r\n", "x"),
                  "Invalid request body");
}

TEST_CASE("required parameters must be there and not blank") {
    const Gateway gateway(validated(R"("requestValidatorId":"parameters","requestParameters":{
        "method.request.querystring.qs1":true,"method.request.header.x-header-param":true,
        "method.request.path.id":true,"method.request.querystring.optional":false})"));
    CHECK(body_of(gateway.call("POST /prod/a/1?qs1=v", "X-Header-Param: v\r\n")) == "served");
    check_refused(gateway.call("POST /prod/a/%20"),
                  "Missing required request parameters: [x-header-param, id, qs1]");
    check_refused(gateway.call("POST /prod/a/1?qs1=%20", "X-Header-Param: v\r\n"),
                  "Missing required request parameters: [qs1]");
    CHECK(gateway.logged().back().error_type == "BAD_REQUEST_PARAMETERS");
}

TEST_CASE("parameters come first, and nothing is validated without a validator") {
    constexpr std::string_view kMembers = R"("requestModels":{"application/json":"Pet"},
        "requestParameters":{"method.request.querystring.q":true})";
    const Gateway both(validated(R"("requestValidatorId":"both",)" + std::string(kMembers)));
    check_refused(both.call("POST /prod/a/1", "", "{}"),
                  "Missing required request parameters: [q]");
    check_refused(both.call("POST /prod/a/1?q=1", "", "{}"), "Invalid request body");
    const Gateway none(validated(kMembers));
    CHECK(body_of(none.call("POST /prod/a/1", "", "{}")) == "served");
    const Gateway parameters(
        validated(R"("requestValidatorId":"parameters",)" + std::string(kMembers)));
    CHECK(body_of(parameters.call("POST /prod/a/1?q=1", "", "no json")) == "served");
}

TEST_CASE("a model that cannot be compiled lets no body through") {
    const Gateway gateway(
        validated(kBody, R"~({"type":"object","properties":{"a":{"pattern":"(?<=x)"}}})~"));
    check_refused(gateway.call("POST /prod/a/1", "", "{}"), "Invalid request body");
}

TEST_CASE("the reasons are there for the owner's own response") {
    Gateway::Options options = validated(kBody);
    options.deployment_members += R"(,"gatewayResponses":[{"responseType":"BAD_REQUEST_BODY",
        "responseTemplates":{"application/json":"$context.error.validationErrorString"}}])";
    const Gateway gateway(options);
    CHECK(
        body_of(gateway.call("POST /prod/a/1", "", R"({"name":1})")) ==
        R"~([instance type (integer) does not match any allowed primitive type (allowed: ["string"])])~");
}
