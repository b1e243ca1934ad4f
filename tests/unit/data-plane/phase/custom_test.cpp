// HTTP and MOCK: answers that the integration responses choose.
#include <doctest/doctest.h>

#include "common/json/value.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

std::string method(std::string_view verb, std::string_view integration) {
    return "\"" + std::string(verb) + "\":{\"httpMethod\":\"" + std::string(verb) +
           R"(","authorizationType":"NONE","methodResponses":{"200":{"statusCode":"200"},)"
           R"("201":{"statusCode":"201"},"404":{"statusCode":"404"}},"methodIntegration":{)" +
           std::string(integration) + "}}";
}

Gateway::Options one(const std::string& methods) {
    Gateway::Options options;
    options.resources = {{"/a", methods}};
    return options;
}

std::string http_integration(const std::string& uri, std::string_view more) {
    return R"("type":"HTTP","httpMethod":"ANY","uri":")" + uri + "\"" + std::string(more);
}

std::string mock_integration(std::string_view request_template, std::string_view responses,
                             std::string_view more = "") {
    return R"("type":"MOCK","requestTemplates":{"application/json":)" +
           json::quote(request_template) + R"(},"integrationResponses":{)" +
           std::string(responses) + "}" + std::string(more);
}

constexpr std::string_view kDefault = R"(,"integrationResponses":{"200":{"statusCode":"200"}})";
constexpr std::string_view kConfigurationError = R"({"message": "Internal server error"})";

void check_configuration_error(const Gateway& gateway, const std::string& response) {
    CHECK(status_of(response) == 500);
    CHECK(body_of(response) == kConfigurationError);
    CHECK(gateway.logged().back().error_type == "API_CONFIGURATION_ERROR");
}

}  // namespace

TEST_CASE("HTTP sends mapped fields only and passes the body") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(
        one(method("POST", http_integration(backend.origin() + "/x",
                                            std::string(kDefault) + R"(,"requestParameters":{
            "integration.request.header.X-Mapped":"method.request.header.X-Mine",
            "integration.request.querystring.q":"method.request.querystring.p"})"))));
    const std::string response = gateway.call(
        "POST /prod/a?p=1&r=2",
        "X-Mine: m\r\nX-Other: o\r\nUser-Agent: u\r\nContent-Type: text/plain\r\n", "payload");
    CHECK(status_of(response) == 200);
    const std::string sent = backend.last_request();
    CHECK(sent.starts_with("POST /x?q=1 HTTP/1.1\r\n"));
    CHECK(field_of(sent, "x-mapped") == "m");
    CHECK(field_of(sent, "x-other") == "(absent)");
    CHECK(field_of(sent, "user-agent") == "AmazonAPIGateway_abc123");
    CHECK(field_of(sent, "accept") == "application/json");
    CHECK(field_of(sent, "content-type") == "text/plain");
    CHECK(field_of(sent, "x-amzn-apigateway-api-id") == "abc123");
    CHECK(body_of(sent) == "payload");
}

TEST_CASE("HTTP answers with the selected response and no field that is not mapped") {
    const FixedBackend backend(
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nX-Back: b\r\nX-Back: c\r\n"
        "Content-Length: 4\r\n\r\ngone");
    const Gateway gateway(
        one(method("GET", http_integration(backend.origin(), R"(,"integrationResponses":{
        "200":{"statusCode":"200"},
        "404":{"statusCode":"404","selectionPattern":"4\\d{2}","responseParameters":{
            "method.response.header.X-Front":"integration.response.header.x-back",
            "method.response.header.X-All":"integration.response.multivalueheader.X-Back",
            "method.response.header.X-Static":"'s'",
            "method.response.header.X-Stage":"stageVariables.none",
            "method.response.header.X-Id":"context.requestId",
            "method.response.header.Date":"'never'"}}})"))));
    const std::string response = gateway.call("GET /prod/a");
    CHECK(status_of(response) == 404);
    CHECK(body_of(response) == "gone");
    CHECK(field_of(response, "content-type") == "application/json");
    CHECK(field_of(response, "x-back") == "(absent)");
    CHECK(field_of(response, "x-front") == "c");
    CHECK(field_of(response, "x-all") == "b,c");
    CHECK(field_of(response, "x-static") == "s");
    CHECK(field_of(response, "x-stage") == "(absent)");
    CHECK(field_of(response, "x-id") == field_of(response, "x-amzn-RequestId"));
    CHECK(field_of(response, "x-amzn-Remapped-Date") == "never");
    CHECK(field_of(response, "x-amzn-trace-id").starts_with("Root="));
}

TEST_CASE("a status that no pattern matches takes the default response's status") {
    const FixedBackend backend("HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nbad");
    const Gateway gateway(
        one(method("GET", http_integration(backend.origin(), R"(,"integrationResponses":{
        "201":{"statusCode":"201"},"404":{"statusCode":"404","selectionPattern":"404"}})"))));
    const std::string response = gateway.call("GET /prod/a");
    CHECK(status_of(response) == 201);
    CHECK(body_of(response) == "bad");
}

TEST_CASE("no match and no default is a configuration error") {
    const FixedBackend backend("HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nbad");
    const Gateway gateway(
        one(method("GET", http_integration(backend.origin(), R"(,"integrationResponses":{
        "200":{"statusCode":"200","selectionPattern":"200"}})"))));
    check_configuration_error(gateway, gateway.call("GET /prod/a"));
    CHECK(gateway.logged().back().detail.ends_with("Endpoint Response Status Code: 400"));
}

TEST_CASE("a response that the method does not declare is a configuration error") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(one(method(
        "GET", http_integration(backend.origin(),
                                R"(,"integrationResponses":{"202":{"statusCode":"202"}})"))));
    check_configuration_error(gateway, gateway.call("GET /prod/a"));
}

TEST_CASE("templates without references are sent as they are") {
    const FixedBackend backend(ok_answer("their answer"));
    const Gateway gateway(one(method("POST", http_integration(backend.origin(), R"(,
        "requestTemplates":{"application/json":"{\"fixed\": 1}"},
        "integrationResponses":{"200":{"statusCode":"200",
            "responseTemplates":{"application/xml":"<a/>","application/json":"{\"b\": 2}"}}})"))));
    const std::string response =
        gateway.call("POST /prod/a", "Content-Type: application/json; charset=utf-8\r\n", "{}");
    CHECK(body_of(backend.last_request()) == R"({"fixed": 1})");
    CHECK(body_of(response) == R"({"b": 2})");
    CHECK(field_of(response, "content-type") == "application/json");
    const std::string xml =
        gateway.call("POST /prod/a", "Accept: application/xml, text/x\r\n", "{}");
    CHECK(body_of(xml) == "<a/>");
    CHECK(field_of(xml, "content-type") == "application/xml");
}

TEST_CASE("an empty response template passes the body as it is") {
    const FixedBackend backend(ok_answer("their answer"));
    const Gateway gateway(one(method("GET", http_integration(backend.origin(), R"(,
        "integrationResponses":{"200":{"statusCode":"200",
            "responseTemplates":{"application/json":null,"application/xml":"<a/>"}}})"))));
    const std::string response = gateway.call("GET /prod/a");
    CHECK(body_of(response) == "their answer");
    CHECK(field_of(response, "content-type") == "application/json");
    CHECK(body_of(gateway.call("GET /prod/a", "Accept: application/xml\r\n")) == "<a/>");
}

TEST_CASE("an empty response template names the type of what passes") {
    const FixedBackend backend(ok_answer("<their/>"));
    const Gateway gateway(one(method("GET", http_integration(backend.origin(), R"(,
        "integrationResponses":{"200":{"statusCode":"200",
            "responseTemplates":{"application/xml":null}}})"))));
    const std::string response = gateway.call("GET /prod/a");
    CHECK(body_of(response) == "<their/>");
    CHECK(field_of(response, "content-type") == "application/xml");
}

TEST_CASE("bodies without a template pass, or are refused, as the passthrough behaviour says") {
    const FixedBackend backend(ok_answer());
    const auto status = [&](std::string_view behaviour, std::string_view templates) {
        const Gateway gateway(one(method(
            "POST", http_integration(backend.origin(),
                                     std::string(kDefault) + R"(,"passthroughBehavior":")" +
                                         std::string(behaviour) + R"(","requestTemplates":{)" +
                                         std::string(templates) + "}"))));
        return status_of(gateway.call("POST /prod/a", "Content-Type: text/plain\r\n", "x"));
    };
    constexpr std::string_view kJson = R"("application/json":"{}")";
    CHECK(status("WHEN_NO_MATCH", kJson) == 200);
    CHECK(status("WHEN_NO_TEMPLATES", kJson) == 415);
    CHECK(status("NEVER", kJson) == 415);
    CHECK(status("WHEN_NO_MATCH", "") == 200);
    CHECK(status("WHEN_NO_TEMPLATES", "") == 200);
    CHECK(status("NEVER", "") == 415);
    CHECK(status("NEVER", R"("$default":"{}")") == 200);
}

TEST_CASE("MOCK takes its status from the request template, read leniently") {
    constexpr std::string_view kResponses = R"(
        "200":{"statusCode":"200","responseTemplates":{"application/json":"default"}},
        "404":{"statusCode":"404","selectionPattern":"4..","responseTemplates":{"application/json":"four"}})";
    for (const auto& [text, body] : model::StringMap{{R"({"statusCode": 200})", "default"},
                                                     {R"({statusCode: 404})", "four"},
                                                     {R"({'statusCode': 404,, })", "four"},
                                                     {R"({"statusCode": 12345})", "default"}}) {
        CAPTURE(text);
        const Gateway gateway(one(method("GET", mock_integration(text, kResponses))));
        const std::string response = gateway.call("GET /prod/a");
        CHECK(body_of(response) == body);
        CHECK(field_of(response, "x-amzn-trace-id") == "(absent)");
        CHECK_FALSE(gateway.logged().back().has_integration_latency);
    }
}

TEST_CASE("MOCK without a usable status is a configuration error") {
    for (const std::string_view text : {"no json", "{}", "{\"statusCode\": \"x\"}", ""}) {
        CAPTURE(text);
        const Gateway gateway(
            one(method("GET", mock_integration(text, R"("200":{"statusCode":"200"})"))));
        check_configuration_error(gateway, gateway.call("GET /prod/a"));
        CHECK(gateway.logged().back().detail ==
              "Execution failed due to configuration error: Unable to parse statusCode. It should "
              "be an integer that is defined in the request template.");
    }
}

TEST_CASE("MOCK without a template takes the status of the body") {
    const Gateway gateway(
        one(method("POST", R"("type":"MOCK","integrationResponses":{"200":{"statusCode":"200"},
                "404":{"statusCode":"404","selectionPattern":"404"}})")));
    CHECK(status_of(gateway.call("POST /prod/a", "", R"({"statusCode": 404})")) == 404);
    CHECK(status_of(gateway.call("POST /prod/a", "", R"({"statusCode": "404"})")) == 500);
    CHECK(status_of(gateway.call("POST /prod/a")) == 500);
}

TEST_CASE("MOCK without a response template answers with an empty body") {
    const Gateway gateway(
        one(method("OPTIONS", mock_integration(R"({"statusCode": 200})",
                                               R"("200":{"statusCode":"200","responseParameters":{
            "method.response.header.Access-Control-Allow-Origin":"'*'"}})"))));
    const std::string response = gateway.call("OPTIONS /prod/a");
    CHECK(status_of(response) == 200);
    CHECK(body_of(response).empty());
    CHECK(field_of(response, "content-type") == "application/json");
    CHECK(field_of(response, "access-control-allow-origin") == "*");
}

TEST_CASE("what this version does not have fails with a reason") {
    const Gateway aws(
        one(method("GET", R"("type":"AWS_PROXY","httpMethod":"POST","uri":"arn:x")")));
    check_configuration_error(aws, aws.call("GET /prod/a"));
    const Gateway link(one(method(
        "GET", http_integration(
                   "http://127.0.0.1/",
                   std::string(kDefault) + R"(,"connectionType":"VPC_LINK","connectionId":"v")"))));
    CHECK(status_of(link.call("GET /prod/a")) == 500);
    CHECK(link.logged().back().detail.find("VPC links") != std::string::npos);
    const Gateway none(one(R"("GET":{"httpMethod":"GET","authorizationType":"NONE"})"));
    check_configuration_error(none, none.call("GET /prod/a"));
}
