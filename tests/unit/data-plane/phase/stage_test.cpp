// Which API, stage, canary and method a request reaches, and who may call it.
#include <doctest/doctest.h>

#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

constexpr std::string_view kForbidden = R"({"message":"Forbidden"})";

std::string mock(std::string_view verb, std::string_view members = "") {
    return "\"" + std::string(verb) + "\":{\"httpMethod\":\"" + std::string(verb) + "\"" +
           std::string(members.empty() ? ",\"authorizationType\":\"NONE\"" : members) +
           R"(,"methodResponses":{"200":{"statusCode":"200"}},
              "methodIntegration":{"type":"MOCK",
                "requestTemplates":{"application/json":"{\"statusCode\": 200}"},
                "integrationResponses":{"200":{"statusCode":"200",
                  "responseTemplates":{"application/json":"served"}}}}})";
}

std::string request_to(std::string_view host, std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) +
           "\r\nConnection: close\r\n\r\n";
}

Gateway::Options one_resource(std::string_view path, const std::string& methods) {
    Gateway::Options options;
    options.resources = {{std::string(path), methods}};
    return options;
}

}  // namespace

TEST_CASE("every form of host and path reaches the stage") {
    const Gateway gateway(one_resource("/pets", mock("GET")));
    for (const auto& [host, target] : model::StringMap{
             {"abc123.execute-api.us-east-1.localhost", "/prod/pets"},
             {"abc123.execute-api.eu-west-3.localhost:8443", "/prod/pets"},
             {"abc123.execute-api.localhost", "/prod/pets"},
             {"ABC123.Execute-API.us-east-1.LOCALHOST.", "/prod/pets"},
             {"abc123.execute-api.localhost", "//prod/pets/"},
             {"abc123.execute-api.localhost", "/other/../prod/pets"},
             {"abc123.execute-api.localhost", "http://abc123.execute-api.localhost/prod/pets"},
             {"127.0.0.1:8443", "/restapis/abc123/prod/_user_request_/pets"},
             {"localhost", "/_aws/execute-api/abc123/prod/pets"},
         }) {
        CAPTURE(host);
        CAPTURE(target);
        const std::string response = gateway.raw(request_to(host, target));
        CHECK(status_of(response) == 200);
        CHECK(body_of(response) == "served");
    }
}

TEST_CASE("what leads to no stage is forbidden and not in the API's log") {
    const Gateway gateway(one_resource("/pets", mock("GET")));
    for (const auto& [host, target] : model::StringMap{
             {"abc123.execute-api.localhost", "/"},
             {"abc123.execute-api.localhost", "/PROD/pets"},
             {"abc123.execute-api.localhost", "/missing/pets"},
             {"zzz999.execute-api.localhost", "/prod/pets"},
             {"abc123.execute-api.us-east-1.example.com", "/prod/pets"},
             {"localhost", "/prod/pets"},
             {"localhost", "/restapis/abc123/prod/pets"},
             {"localhost", "/restapis/abc123/prod/_user_request_x/pets"},
             {"localhost", "/_aws/execute-api/abc123"},
         }) {
        CAPTURE(host);
        CAPTURE(target);
        const std::string response = gateway.raw(request_to(host, target));
        CHECK(status_of(response) == 403);
        CHECK(body_of(response) == kForbidden);
        CHECK(field_of(response, "x-amzn-ErrorType") == "ForbiddenException");
        CHECK(field_of(response, "content-type") == "application/json");
        CHECK(field_of(response, "x-amzn-RequestId").size() == 36);
        CHECK(field_of(response, "x-amz-apigw-id").ends_with('='));
    }
    CHECK(gateway.logged().empty());
}

TEST_CASE("a disabled default endpoint is forbidden") {
    Gateway::Options options = one_resource("/pets", mock("GET"));
    options.disable_execute_api_endpoint = true;
    const Gateway gateway(options);
    CHECK(status_of(gateway.call("GET /prod/pets")) == 403);
}

TEST_CASE("an encoded NUL is refused") {
    const Gateway gateway(one_resource("/{proxy+}", mock("GET")));
    CHECK(status_of(gateway.call("GET /prod/a%00b")) == 400);
}

TEST_CASE("what no method serves misses its authentication token") {
    const Gateway gateway(one_resource("/pets", mock("GET")));
    for (const std::string_view line : {"GET /prod/none", "POST /prod/pets", "GET /prod",
                                        "HEAD /prod/none", "PROPFIND /prod/pets"}) {
        CAPTURE(line);
        const std::string response = gateway.call(line);
        CHECK(status_of(response) == 403);
        CHECK(field_of(response, "x-amzn-ErrorType") == "MissingAuthenticationTokenException");
        if (!line.starts_with("HEAD")) {
            CHECK(body_of(response) == R"({"message":"Missing Authentication Token"})");
        }
    }
    CHECK(gateway.logged().back().error_type == "MISSING_AUTHENTICATION_TOKEN");
    CHECK(gateway.logged().back().phase == "match_route");
}

TEST_CASE("an unmatched path explains what is wrong with a foreign Authorization") {
    const Gateway gateway(one_resource("/pets", mock("GET")));
    const std::string response = gateway.call("GET /prod/none", "Authorization: Bearer abc\r\n");
    CHECK(status_of(response) == 403);
    CHECK(field_of(response, "x-amzn-ErrorType") == "IncompleteSignatureException");
    CHECK(body_of(response) ==
          R"({"message":"Invalid key=value pair (missing equal-sign) in Authorization header )"
          R"((hashed with SHA-256 and encoded with Base64): )"
          R"('w1Xc6WwWEogNEZQP/dkBTThsJT4MNlKmzQanIm970rY='."})");
}

TEST_CASE("POST may name another verb") {
    const Gateway gateway(one_resource("/pets", mock("PUT")));
    CHECK(status_of(gateway.call("POST /prod/pets", "X-HTTP-Method-Override: PUT\r\n")) == 200);
    CHECK(status_of(gateway.call("GET /prod/pets", "X-HTTP-Method-Override: PUT\r\n")) == 403);
    CHECK(status_of(gateway.call("POST /prod/pets", "X-HTTP-Method-Override: put\r\n")) == 403);
}

TEST_CASE("what cannot be evaluated yet lets nobody through") {
    Gateway::Options options;
    options.resources = {
        {"/iam", mock("GET", R"(,"authorizationType":"AWS_IAM")")},
        {"/custom", mock("GET", R"(,"authorizationType":"CUSTOM","authorizerId":"a1")")},
        {"/pool", mock("GET", R"(,"authorizationType":"COGNITO_USER_POOLS","authorizerId":"a1")")}};
    const Gateway gateway(options);

    CHECK(body_of(gateway.call("GET /prod/iam")) ==
          R"({"message":"Missing Authentication Token"})");
    const std::string signed_call = gateway.call(
        "GET /prod/iam", "Authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=c\r\n");
    CHECK(status_of(signed_call) == 403);
    CHECK(field_of(signed_call, "x-amzn-ErrorType") == "UnrecognizedClientException");

    const std::string custom = gateway.call("GET /prod/custom");
    CHECK(status_of(custom) == 500);
    CHECK(body_of(custom) == R"({"message":null})");
    CHECK(field_of(custom, "x-amzn-ErrorType") == "AuthorizerConfigurationException");

    const std::string pool = gateway.call("GET /prod/pool", "Authorization: token\r\n");
    CHECK(status_of(pool) == 401);
    CHECK(body_of(pool) == R"({"message":"Unauthorized"})");
}

TEST_CASE("an API with a resource policy denies everybody") {
    Gateway::Options options = one_resource("/pets", mock("GET"));
    options.rest_api_members = R"(,"policy":"{}")";
    const Gateway gateway(options);
    const std::string response = gateway.call("GET /prod/pets");
    CHECK(status_of(response) == 403);
    CHECK(field_of(response, "x-amzn-ErrorType") == "AccessDeniedException");
    CHECK(body_of(response) ==
          R"({"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on )"
          R"(resource: arn:aws:execute-api:us-east-1:********0000:abc123/prod/GET/pets because no )"
          R"(resource-based policy allows the execute-api:Invoke action"})");
}

TEST_CASE("the canary serves its share") {
    Gateway::Options options = one_resource("/pets", mock("GET"));
    options.canary_resources = {{"/dogs", mock("GET")}};
    options.change_stage = [](model::Stage& stage) {
        stage.canary.emplace();
        stage.canary->percent_traffic = 100;
        stage.canary->deployment_id = "dep2";
        stage.canary_snapshot = "hash2";
    };
    CHECK(status_of(Gateway(options).call("GET /prod/dogs")) == 200);
    options.change_stage = [](model::Stage& stage) {
        stage.canary.emplace();
        stage.canary->percent_traffic = 0;
        stage.canary->deployment_id = "dep2";
        stage.canary_snapshot = "hash2";
    };
    CHECK(status_of(Gateway(options).call("GET /prod/pets")) == 200);
}

TEST_CASE("a caller's UUID becomes the request id, anything else is replaced") {
    const Gateway gateway(one_resource("/pets", mock("GET")));
    const std::string id = "0a1b2c3d-0000-4000-8000-abcdefabcdef";
    CHECK(field_of(gateway.call("GET /prod/pets", "x-amzn-requestid: " + id + "\r\n"),
                   "x-amzn-RequestId") == id);
    const std::string other =
        field_of(gateway.call("GET /prod/pets", "x-amzn-requestid: mine\r\n"), "x-amzn-RequestId");
    CHECK(other != "mine");
    CHECK(other.size() == 36);
}

TEST_CASE("an API key must be known, enabled and in a plan of the stage") {
    Gateway::Options options =
        one_resource("/pets", mock("GET", R"(,"authorizationType":"NONE","apiKeyRequired":true)"));
    model::UsagePlan plan;
    plan.id = "plan1";
    plan.stages = {{"abc123", "prod", {}}};
    model::UsagePlan elsewhere;
    elsewhere.id = "plan2";
    elsewhere.stages = {{"abc123", "test", {}}};
    options.plans = {plan, elsewhere};
    options.keys = {{"good-key", "k1", true, {"gone", "plan2", "plan1"}},
                    {"disabled-key", "k2", false, {"plan1"}},
                    {"foreign-key", "k3", true, {"plan2"}}};
    const Gateway gateway(options);
    for (int i = 0; i < 2; ++i) {  // cached and awaited
        CHECK(status_of(gateway.call("GET /prod/pets", "X-Api-Key: good-key\r\n")) == 200);
        for (const std::string_view fields :
             {"", "x-api-key: \r\n", "x-api-key: unknown\r\n", "x-api-key: disabled-key\r\n",
              "x-api-key: foreign-key\r\n"}) {
            CAPTURE(fields);
            const std::string response = gateway.call("GET /prod/pets", fields);
            CHECK(status_of(response) == 403);
            CHECK(body_of(response) == kForbidden);
            CHECK(field_of(response, "x-amzn-ErrorType") == "ForbiddenException");
        }
    }
    CHECK(gateway.logged().front().api_key_id == "k1");
    CHECK(gateway.logged().back().error_type == "INVALID_API_KEY");
}

TEST_CASE("with keys from an authorizer the header does not count") {
    Gateway::Options options =
        one_resource("/pets", mock("GET", R"(,"authorizationType":"NONE","apiKeyRequired":true)"));
    options.rest_api_members = R"(,"apiKeySource":"AUTHORIZER")";
    options.keys = {{"good-key", "k1", true, {}}};
    const Gateway gateway(options);
    CHECK(status_of(gateway.call("GET /prod/pets", "x-api-key: good-key\r\n")) == 403);
}
