#include "control-plane/openapi/export_integration.hpp"

#include "tests/unit/control-plane/openapi/export_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

std::string exported(std::string_view integration) {
    return json::write(openapi::exported_integration(parsed(integration), "r1"));
}

}  // namespace

TEST_CASE("what every integration has is left out") {
    CHECK(
        exported(
            R"({"type":"HTTP_PROXY","httpMethod":"GET","uri":"http://x/","connectionType":"INTERNET",
                  "passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,
                  "cacheNamespace":"r1","cacheKeyParameters":[],"responseTransferMode":"BUFFERED"})") ==
        R"({"type":"http_proxy","httpMethod":"GET","uri":"http://x/",)"
        R"("passthroughBehavior":"when_no_match"})");
}

TEST_CASE("members have their order") {
    CHECK(exported(
              R"({"contentHandling":"CONVERT_TO_TEXT","timeoutInMillis":1000,"type":"AWS",
                  "requestTemplates":{"application/json":"{}","text/plain":null},
                  "requestParameters":{"integration.request.path.a":"method.request.path.a"},
                  "credentials":"arn:aws:iam::000000000000:role/r","httpMethod":"POST",
                  "uri":"arn:aws:apigateway:us-east-1:lambda:path/f","cacheNamespace":"pets",
                  "passthroughBehavior":"NEVER","cacheKeyParameters":["method.request.path.a"],
                  "tlsConfig":{"insecureSkipVerification":true},
                  "integrationResponses":{"200":{"statusCode":"200"}}})") ==
          R"({"type":"aws","credentials":"arn:aws:iam::000000000000:role/r","httpMethod":"POST",)"
          R"("uri":"arn:aws:apigateway:us-east-1:lambda:path/f",)"
          R"("responses":{"default":{"statusCode":"200"}},)"
          R"("requestParameters":{"integration.request.path.a":"method.request.path.a"},)"
          R"("requestTemplates":{"application/json":"{}","text/plain":null},)"
          R"("passthroughBehavior":"never","contentHandling":"CONVERT_TO_TEXT",)"
          R"("timeoutInMillis":1000,"cacheNamespace":"pets",)"
          R"("cacheKeyParameters":["method.request.path.a"],)"
          R"("tlsConfig":{"insecureSkipVerification":true}})");
}

TEST_CASE("responses are found by their pattern, the one without is the default") {
    CHECK(exported(
              R"({"type":"MOCK","integrationResponses":{
                  "200":{"statusCode":"200","selectionPattern":"","responseTemplates":{"a/b":null}},
                  "500":{"statusCode":"500","selectionPattern":"5\\d{2}",
                         "responseParameters":{"method.response.header.a":"'b'"},
                         "contentHandling":"CONVERT_TO_BINARY"},
                  "502":{"statusCode":"502","selectionPattern":"5\\d{2}"}}})") ==
          R"({"type":"mock","responses":{)"
          R"("default":{"statusCode":"200","responseTemplates":{"a/b":null}},)"
          R"("5\\d{2}":{"statusCode":"500",)"
          R"("responseParameters":{"method.response.header.a":"'b'"},)"
          R"("contentHandling":"CONVERT_TO_BINARY"}}})");
}

TEST_CASE("links and streams are told") {
    CHECK(exported(R"({"type":"HTTP_PROXY","connectionType":"VPC_LINK","connectionId":"abc",
                       "integrationTarget":"arn:lb","responseTransferMode":"STREAM"})") ==
          R"({"type":"http_proxy","connectionType":"VPC_LINK","connectionId":"abc",)"
          R"("integrationTarget":"arn:lb","responseTransferMode":"STREAM"})");
}

TEST_CASE_FIXTURE(ExportFixture, "integrations are exported when they are asked for") {
    add_method("/", "GET", R"({"methodIntegration":{"type":"MOCK","cacheNamespace":"r1"}})");
    CHECK(at(swagger(), {"paths", "/", "get"}) == R"({"responses":{}})");
    for (const std::string_view extensions : {"integrations", "apigateway", "integration"}) {
        request.extensions = openapi::export_extensions(extensions);
        CHECK(at(swagger(), {"paths", "/", "get"}) ==
              R"({"responses":{},"x-amazon-apigateway-integration":{"type":"mock"}})");
    }
}
