#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

json::Value put(RestApiFixture& api, std::string_view more = "{}") {
    return api.call.ok("PutIntegrationResponse", api.in_response("200", more));
}

std::string not_put(RestApiFixture& api, std::string_view more) {
    return api.call.refused("PutIntegrationResponse", api.in_response("200", more));
}

json::Value patched_response(RestApiFixture& api, std::string_view operations) {
    return api.call.ok(
        "UpdateIntegrationResponse",
        RestApiFixture::merged(api.in_response("200"), RestApiFixture::patch(operations)));
}

std::string not_patched(RestApiFixture& api, std::string_view operations) {
    return api.call.refused(
        "UpdateIntegrationResponse",
        RestApiFixture::merged(api.in_response("200"), RestApiFixture::patch(operations)));
}

void declare_header(RestApiFixture& api) {
    api.call.ok(
        "PutMethodResponse",
        api.in_response("200", R"({"responseParameters":{"method.response.header.A":true}})"));
}

}  // namespace

TEST_CASE("IntegrationResponse: only what was given is shown") {
    RestApiFixture api;
    api.add_mock();
    CHECK(put(api) == RestApiFixture::parse(R"({"statusCode":"200"})"));
    constexpr const char* kEmpty =
        R"({"statusCode":"200","selectionPattern":"","responseParameters":{},"responseTemplates":{}})";
    CHECK(put(api, kEmpty) == RestApiFixture::parse(kEmpty));
}

TEST_CASE("IntegrationResponse: what was given, with empty templates as null") {
    RestApiFixture api;
    api.add_mock();
    declare_header(api);
    const json::Value response =
        put(api, R"({"selectionPattern":"2..","contentHandling":"CONVERT_TO_TEXT",
        "responseParameters":{"method.response.header.A":"integration.response.header.B"},
        "responseTemplates":{"application/json":null,"text/plain":"","a/b":"x"}})");
    CHECK(response == RestApiFixture::parse(R"({"statusCode":"200","selectionPattern":"2..",
        "contentHandling":"CONVERT_TO_TEXT","responseParameters":{"method.response.header.A":"integration.response.header.B"},
        "responseTemplates":{"application/json":null,"text/plain":null,"a/b":"x"}})"));
    CHECK(api.call.ok("GetIntegrationResponse", api.in_response("200")) == response);
    CHECK(
        *api.call.ok("GetIntegration", api.in_method()).find("integrationResponses")->find("200") ==
        response);
}

TEST_CASE("IntegrationResponse: a second put overwrites") {
    RestApiFixture api;
    api.add_mock();
    put(api, R"({"selectionPattern":"a"})");
    CHECK(put(api).find("selectionPattern") == nullptr);
}

TEST_CASE("IntegrationResponse: refused keys and sources") {
    RestApiFixture api;
    api.add_mock();
    declare_header(api);
    CHECK(not_put(api, R"({"responseTemplates":{"123":"x"}})") ==
          "400 Validation Result: warnings : [], errors : [Invalid content type specified: 123]");
    for (const char* source :
         {"true", "method.request.header.A", "integration.response.header.", "'open"}) {
        CAPTURE(source);
        const json::Value more = json::Object{
            {"responseParameters", json::Object{{"method.response.header.A", source}}}};
        CHECK(not_put(api, json::write(more)) ==
              std::string(
                  "400 Invalid mapping expression specified: Validation Result: warnings : [], "
                  "errors : [Invalid mapping expression specified: ") +
                  source + "]");
    }
    CHECK(not_put(api, R"({"responseParameters":{"method.response.body":"'x'"}})")
              .starts_with("400 Invalid mapping expression specified"));
    CHECK(not_put(api, R"({"responseParameters":{"method.response.header.B":"'x'"}})") ==
          "400 Invalid mapping expression specified: Validation Result: warnings : [], errors : "
          "[Invalid mapping "
          "expression parameter specified: method.response.header.B]");
}

TEST_CASE("IntegrationResponse: sources of the response side") {
    RestApiFixture api;
    api.add_mock();
    declare_header(api);
    for (const char* source :
         {"integration.response.header.X", "integration.response.multivalueheader.X",
          "integration.response.body", "integration.response.body.a.b", "'x'", "context.requestId",
          "stageVariables.x"}) {
        CAPTURE(source);
        const json::Value more = json::Object{
            {"responseParameters", json::Object{{"method.response.header.A", source}}}};
        CHECK(put(api, json::write(more)).find("responseParameters") != nullptr);
    }
}

TEST_CASE("IntegrationResponse: what is not found") {
    RestApiFixture api;
    const std::string resource = "404 Invalid Resource identifier specified";
    const std::string method = "404 Invalid Method identifier specified";
    const std::string integration = "404 Invalid Integration identifier specified";
    const std::string status = "404 Invalid Response status code specified";
    for (const char* operation :
         {"PutIntegrationResponse", "GetIntegrationResponse", "UpdateIntegrationResponse"}) {
        CAPTURE(operation);
        CHECK(api.call.refused(operation, api.in_response("200", R"({"restApiId":"none"})")) ==
              resource);
        CHECK(api.call.refused(operation, api.in_response("200")) == method);
    }
    api.add_method();
    for (const char* operation : {"PutIntegrationResponse", "GetIntegrationResponse",
                                  "UpdateIntegrationResponse", "DeleteIntegrationResponse"}) {
        CHECK(api.call.refused(operation, api.in_response("200")) == integration);
    }
    api.call.ok("PutIntegration", api.in_method(R"({"type":"MOCK"})"));
    for (const char* operation :
         {"GetIntegrationResponse", "UpdateIntegrationResponse", "DeleteIntegrationResponse"}) {
        CHECK(api.call.refused(operation, api.in_response("404")) == status);
    }
}

TEST_CASE("IntegrationResponse: deleting takes a missing method for a missing integration") {
    RestApiFixture api;
    CHECK(api.call.refused("DeleteIntegrationResponse",
                           api.in_response("200", R"({"restApiId":"none"})")) ==
          "404 Invalid Resource identifier specified");
    CHECK(api.call.refused("DeleteIntegrationResponse",
                           api.in_response("200", R"({"resourceId":"none"})")) ==
          "404 Invalid Resource identifier specified");
    CHECK(api.call.refused("DeleteIntegrationResponse", api.in_response("200")) ==
          "404 Invalid Integration identifier specified");
    CHECK(api.call.refused("DeleteIntegrationResponse",
                           api.in_response("200", R"({"httpMethod":"BAD"})")) ==
          "404 Invalid Integration identifier specified");
}

TEST_CASE("IntegrationResponse: the last one takes the member of the integration along") {
    RestApiFixture api;
    api.add_mock();
    put(api);
    CHECK(api.call.ok("DeleteIntegrationResponse", api.in_response("200")) ==
          json::Value(json::Object{}));
    CHECK(api.call.ok("GetIntegration", api.in_method()).find("integrationResponses") == nullptr);
}

TEST_CASE("IntegrationResponse: patches") {
    RestApiFixture api;
    api.add_mock();
    declare_header(api);
    put(api);
    json::Value after =
        patched_response(api, R"([{"op":"replace","path":"/selectionPattern","value":"5.."},
        {"op":"replace","path":"/contentHandling","value":"CONVERT_TO_BINARY"},
        {"op":"add","path":"/responseParameters/method.response.header.A","value":"'x'"},
        {"op":"add","path":"/responseTemplates/application~1json","value":"{}"}])");
    CHECK(after == RestApiFixture::parse(R"({"statusCode":"200","selectionPattern":"5..",
        "contentHandling":"CONVERT_TO_BINARY","responseParameters":{"method.response.header.A":"'x'"},
        "responseTemplates":{"application/json":"{}"}})"));
    after = patched_response(api, R"([{"op":"replace","path":"/selectionPattern","value":""},
        {"op":"replace","path":"/contentHandling","value":""},
        {"op":"remove","path":"/responseParameters/method.response.header.A"},
        {"op":"remove","path":"/responseTemplates/application~1json"}])");
    CHECK(after == RestApiFixture::parse(R"({"statusCode":"200","selectionPattern":""})"));
}

TEST_CASE("IntegrationResponse: refusals of a patch") {
    RestApiFixture api;
    api.add_mock();
    put(api);
    CHECK(not_patched(api, R"([{"op":"replace","path":"/statusCode","value":"201"}])") ==
          "400 Invalid patch path /statusCode");
    CHECK(not_patched(api, R"([{"op":"add","path":"/selectionPattern","value":"x"}])") ==
          "400 Invalid patch operation specified. Must be one of: [replace]");
    CHECK(not_patched(api, R"([{"op":"replace","path":"/contentHandling","value":"x"}])")
              .starts_with("400 "));
    CHECK(not_patched(
              api,
              R"([{"op":"replace","path":"/responseTemplates/application~1json","value":"x"}])") ==
          "404 Content-Type specified was not found");
    CHECK(not_patched(
              api, R"([{"op":"remove","path":"/responseParameters/method.response.header.A"}])") ==
          "404 Invalid parameter name specified");
}
