// Answers of the gateway's own that the API's owner customised.
#include <doctest/doctest.h>

#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::string_view kKeyed = R"("GET":{"httpMethod":"GET","authorizationType":"NONE",
    "apiKeyRequired":true,"methodResponses":{"200":{"statusCode":"200"}},
    "methodIntegration":{"type":"MOCK",
        "requestTemplates":{"application/json":"{\"statusCode\": 200}"}}})";

/// An API with /a, which needs a key, and these gateway responses.
Gateway::Options with_responses(std::string_view responses) {
    Gateway::Options options;
    options.resources = {{"/a", std::string(kKeyed)}, {"/{id}", std::string(kKeyed)}};
    options.deployment_members = ",\"gatewayResponses\":[" + std::string(responses) + "]";
    options.variables = {{"owner", "us"}};
    return options;
}

}  // namespace

TEST_CASE("a customised response answers the errors of its type and no other") {
    const Gateway gateway(with_responses(R"({"responseType":"INVALID_API_KEY","statusCode":"401",
        "responseParameters":{"gatewayresponse.header.X-Why":"'key'",
            "gatewayresponse.header.X-Caller":"method.request.header.X-Me",
            "gatewayresponse.header.X-Query":"method.request.querystring.q",
            "gatewayresponse.header.X-Owner":"stageVariables.owner",
            "gatewayresponse.header.X-Stage":"context.stage",
            "gatewayresponse.header.X-None":"context.nothing"},
        "responseTemplates":{"application/json":
            "{\"error\":$context.error.messageString,\"type\":\"$context.error.responseType\"}"}})"));
    const std::string response = gateway.call("GET /prod/a?q=1", "X-Me: me\r\n");
    CHECK(status_of(response) == 401);
    CHECK(body_of(response) == R"({"error":"Forbidden","type":"INVALID_API_KEY"})");
    CHECK(field_of(response, "x-why") == "key");
    CHECK(field_of(response, "x-caller") == "me");
    CHECK(field_of(response, "x-query") == "1");
    CHECK(field_of(response, "x-owner") == "us");
    CHECK(field_of(response, "x-stage") == "prod");
    CHECK(field_of(response, "x-none") == "(absent)");
    CHECK(field_of(response, "x-amzn-errortype") == "ForbiddenException");
    CHECK(field_of(response, "content-type") == "application/json");

    const std::string other = gateway.call("POST /prod/a");
    CHECK(status_of(other) == 403);
    CHECK(body_of(other) == R"({"message":"Missing Authentication Token"})");
    CHECK(field_of(other, "x-why") == "(absent)");
}

TEST_CASE("the defaults of 4xx and 5xx answer what has no response of its own") {
    Gateway::Options options = with_responses(R"(
        {"responseType":"DEFAULT_4XX","responseParameters":{
            "gatewayresponse.header.Access-Control-Allow-Origin":"'*'"},
            "responseTemplates":{"application/json":"4 $context.error.message"}},
        {"responseType":"DEFAULT_5XX","statusCode":"599","responseTemplates":{
            "application/json":"5 $context.error.message"}},
        {"responseType":"INVALID_API_KEY","responseTemplates":{"application/json":"own"}})");
    options.resources.emplace_back("/b", R"("GET":{"httpMethod":"GET","authorizationType":"NONE",
        "methodIntegration":{"type":"MOCK","requestTemplates":{"application/json":"{}"}}})");
    const Gateway gateway(options);
    const std::string unknown = gateway.call("DELETE /prod/a");
    CHECK(status_of(unknown) == 403);
    CHECK(body_of(unknown) == "4 Missing Authentication Token");
    CHECK(field_of(unknown, "access-control-allow-origin") == "*");
    CHECK(body_of(gateway.call("GET /prod/a")) == "own");
    const std::string broken = gateway.call("GET /prod/b");
    CHECK(status_of(broken) == 599);
    CHECK(body_of(broken) == "5 Internal server error");
}

TEST_CASE("the template of a gateway response is chosen by Accept") {
    const Gateway gateway(with_responses(R"({"responseType":"INVALID_API_KEY","responseTemplates":{
        "text/html":"<p>","application/json":"{}","application/xml":"<e/>"}})"));
    for (const auto& [accept, type, body] : std::vector<std::array<std::string, 3>>{
             {"application/xml;q=1, text/html", "application/xml", "<e/>"},
             {"TEXT/HTML", "text/html", "<p>"},
             {"image/png", "application/json", "{}"},
             {"*/*", "application/json", "{}"}}) {
        CAPTURE(accept);
        const std::string response = gateway.call("GET /prod/a", "Accept: " + accept + "\r\n");
        CHECK(body_of(response) == body);
        CHECK(field_of(response, "content-type") == type);
    }
    const Gateway first(with_responses(R"({"responseType":"INVALID_API_KEY",
        "responseParameters":{"gatewayresponse.header.Content-Type":"'text/css'"},
        "responseTemplates":{"text/html":"<p>","application/xml":"<e/>"}})"));
    const std::string response = first.call("GET /prod/a");
    CHECK(body_of(response) == "<p>");
    CHECK(field_of(response, "content-type") == "text/css");
}

TEST_CASE("a gateway response without a template keeps the built-in body") {
    const Gateway gateway(with_responses(R"({"responseType":"INVALID_API_KEY","statusCode":"404",
        "responseParameters":{"gatewayresponse.header.X":"method.request.path.id"}})"));
    const std::string response = gateway.call("GET /prod/b%20c");
    CHECK(status_of(response) == 404);
    CHECK(body_of(response) == R"({"message":"Forbidden"})");
    CHECK(field_of(response, "x") == "b c");
    CHECK(count_of(response, "x-amzn-errortype") == 1);
}

TEST_CASE("an owner's fields keep their names, but for those that every answer has") {
    const Gateway gateway(with_responses(R"({"responseType":"INVALID_API_KEY","statusCode":"401",
        "responseParameters":{"gatewayresponse.header.WWW-Authenticate":"'Basic realm=\"x\"'",
            "gatewayresponse.header.Server":"'mine'",
            "gatewayresponse.header.x-amzn-RequestId":"'mine'"}})"));
    const std::string response = gateway.call("GET /prod/a");
    CHECK(field_of(response, "www-authenticate") == R"(Basic realm="x")");
    CHECK(field_of(response, "server") == "mine");
    CHECK(count_of(response, "x-amzn-requestid") == 1);
    CHECK(field_of(response, "x-amzn-requestid") != "mine");
}

TEST_CASE("a status that would keep the caller waiting is not the answer's") {
    const Gateway gateway(
        with_responses(R"({"responseType":"INVALID_API_KEY","statusCode":"100"})"));
    CHECK(status_of(gateway.call("GET /prod/a")) == 403);
}

TEST_CASE("what names no API cannot be customised") {
    const Gateway gateway(with_responses(
        R"({"responseType":"DEFAULT_4XX","statusCode":"418","responseTemplates":{"text/plain":"t"}})"));
    CHECK(status_of(gateway.call("GET /nostage/a")) == 403);
    CHECK(status_of(gateway.call("GET /prod/a")) == 418);
}

TEST_CASE("a value of a caller that no field may have is left out") {
    const Gateway gateway(with_responses(R"({"responseType":"INVALID_API_KEY","responseParameters":{
        "gatewayresponse.header.X":"method.request.querystring.q"}})"));
    const std::string response = gateway.call("GET /prod/a?q=a%0d%0aSet-Cookie:x");
    CHECK(status_of(response) == 403);
    CHECK(field_of(response, "x") == "(absent)");
    CHECK(field_of(response, "set-cookie") == "(absent)");
}
