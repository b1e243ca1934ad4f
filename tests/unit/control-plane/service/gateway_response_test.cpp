#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

json::Value of(const RestApiFixture& api, std::string_view type, std::string_view more = "{}") {
    return RestApiFixture::merged(
        RestApiFixture::merged(api.in_api(), json::Object{{"responseType", type}}),
        RestApiFixture::parse(more));
}

json::Value shown(RestApiFixture& api, std::string_view type) {
    return api.call.ok("GetGatewayResponse", of(api, type));
}

json::Value put(RestApiFixture& api, std::string_view type, std::string_view more) {
    return api.call.ok("PutGatewayResponse", of(api, type, more));
}

json::Value patched(RestApiFixture& api, std::string_view type, std::string_view operations) {
    return api.call.ok("UpdateGatewayResponse",
                       RestApiFixture::merged(of(api, type), RestApiFixture::patch(operations)));
}

std::string not_patched(RestApiFixture& api, std::string_view operations) {
    return api.call.refused(
        "UpdateGatewayResponse",
        RestApiFixture::merged(of(api, "DEFAULT_4XX"), RestApiFixture::patch(operations)));
}

constexpr const char* kTemplate = R"({"message":$context.error.messageString})";

}  // namespace

TEST_CASE("GatewayResponse: what was not customised shows the default of the service") {
    RestApiFixture api;
    const json::Value response = shown(api, "MISSING_AUTHENTICATION_TOKEN");
    CHECK(response == json::Value(json::Object{
                          {"responseType", "MISSING_AUTHENTICATION_TOKEN"},
                          {"statusCode", "403"},
                          {"responseParameters", json::Object{}},
                          {"responseTemplates", json::Object{{"application/json", kTemplate}}},
                          {"defaultResponse", true}}));
    CHECK(shown(api, "DEFAULT_4XX").find("statusCode") == nullptr);
    CHECK(shown(api, "DEFAULT_5XX").find("statusCode") == nullptr);
}

TEST_CASE("GatewayResponse: all 21 are listed by name, in pages if wished") {
    RestApiFixture api;
    put(api, "THROTTLED", R"({"statusCode":"503"})");
    const json::Value whole = api.call.ok("GetGatewayResponses", api.in_api());
    REQUIRE(whole.array("items").size() == 21);
    CHECK(whole.find("position") == nullptr);
    std::string statuses;
    for (const json::Value& item : whole.array("items")) {
        statuses += std::string(item.text("statusCode", "-")) + " ";
    }
    CHECK(statuses ==
          "403 500 500 500 400 400 - - 403 504 504 403 403 403 429 413 404 503 401 415 403 ");
    CHECK(whole.array("items").front().text("responseType") == "ACCESS_DENIED");
    CHECK(whole.array("items").back().text("responseType") == "WAF_FILTERED");

    json::Array collected;
    std::string position;
    do {
        const json::Value page =
            api.call.ok("GetGatewayResponses",
                        RestApiFixture::merged(
                            api.in_api(), json::Object{{"limit", 10}, {"position", position}}));
        collected.insert(collected.end(), page.array("items").begin(), page.array("items").end());
        position = page.text("position");
    } while (!position.empty());
    CHECK(collected == whole.array("items"));
}

TEST_CASE("GatewayResponse: what a customisation does not give is the built-in default") {
    RestApiFixture api;
    put(api, "DEFAULT_4XX", R"({"statusCode":"404","responseTemplates":{"text/plain":"no"}})");
    const json::Value response =
        put(api, "ACCESS_DENIED", R"({"responseParameters":{"gatewayresponse.header.X":"'x'"}})");
    CHECK(response.text("statusCode") == "403");
    CHECK(response.object("responseTemplates") == json::Object{{"application/json", kTemplate}});
    CHECK(response.object("responseParameters") ==
          json::Object{{"gatewayresponse.header.X", "'x'"}});
    CHECK_FALSE(response.flag("defaultResponse", true));
    CHECK(shown(api, "ACCESS_DENIED") == response);
    CHECK(put(api, "DEFAULT_5XX", "{}").find("statusCode") == nullptr);
}

TEST_CASE("GatewayResponse: the general ones show through where nothing was customised") {
    RestApiFixture api;
    put(api, "THROTTLED", "{}");
    put(api, "DEFAULT_4XX", R"({"statusCode":"418","responseTemplates":{"text/plain":"no"},
        "responseParameters":{"gatewayresponse.header.X":"context.requestId"}})");
    const json::Value inherited = shown(api, "UNAUTHORIZED");
    CHECK(inherited.text("statusCode") == "418");
    CHECK(inherited.text("responseType") == "UNAUTHORIZED");
    CHECK(inherited.object("responseTemplates") == json::Object{{"text/plain", "no"}});
    CHECK(inherited.object("responseParameters").size() == 1);
    CHECK(inherited.flag("defaultResponse"));
    CHECK(shown(api, "THROTTLED").text("statusCode") == "429");
    CHECK(shown(api, "INTEGRATION_FAILURE").text("statusCode") == "504");

    api.call.ok("DeleteGatewayResponse", of(api, "DEFAULT_4XX"));
    CHECK(shown(api, "UNAUTHORIZED").text("statusCode") == "401");
}

TEST_CASE("GatewayResponse: a general one without a status leaves each type its own") {
    RestApiFixture api;
    put(api, "DEFAULT_5XX", R"({"responseTemplates":{"text/plain":"no"}})");
    const json::Value inherited = shown(api, "API_CONFIGURATION_ERROR");
    CHECK(inherited.text("statusCode") == "500");
    CHECK(inherited.object("responseTemplates") == json::Object{{"text/plain", "no"}});
}

TEST_CASE("GatewayResponse: deleting is for what was customised") {
    RestApiFixture api;
    put(api, "THROTTLED", R"({"statusCode":"503"})");
    CHECK(api.call.ok("DeleteGatewayResponse", of(api, "THROTTLED")) ==
          json::Value(json::Object{}));
    CHECK(shown(api, "THROTTLED").text("statusCode") == "429");
    CHECK(api.call.refused("DeleteGatewayResponse", of(api, "THROTTLED")) ==
          "404 Gateway response type not defined on api");
}

TEST_CASE("GatewayResponse: an unknown API is named by every operation") {
    RestApiFixture api;
    for (const char* operation : {"PutGatewayResponse", "GetGatewayResponse", "GetGatewayResponses",
                                  "UpdateGatewayResponse", "DeleteGatewayResponse"}) {
        CAPTURE(operation);
        CHECK(api.call.refused(operation, of(api, "THROTTLED", R"({"restApiId":"none"})")) ==
              "404 Invalid API identifier specified 000000000000:none");
    }
}

TEST_CASE("GatewayResponse: what cannot be put") {
    RestApiFixture api;
    for (const char* parameters :
         {R"({"header.X":"'x'"})", R"({"gatewayresponse.body.X":"'x'"})",
          R"({"gatewayresponse.header.X":"x"})",
          R"({"gatewayresponse.header.X":"integration.response.header.Y"})"}) {
        CAPTURE(parameters);
        CHECK(api.call
                  .refused("PutGatewayResponse",
                           of(api, "THROTTLED",
                              std::string(R"({"responseParameters":)") + parameters + "}"))
                  .starts_with("400 Invalid mapping expression specified"));
    }
    CHECK(api.call.refused("PutGatewayResponse",
                           of(api, "THROTTLED", R"({"responseTemplates":{"json":"x"}})")) ==
          "400 Validation Result: warnings : [], errors : [Invalid content type specified: json]");
    CHECK(api.call.refused(
              "PutGatewayResponse",
              of(api, "THROTTLED", R"({"responseTemplates":{"application/json":""}})")) ==
          "400 Invalid null or empty value in responseTemplates");
    put(api, "THROTTLED", R"({"responseParameters":{"gatewayresponse.header.A":"'a'",
        "gatewayresponse.path.b":"method.request.path.b","gatewayresponse.querystring.c":
        "method.request.querystring.c","gatewayresponse.header.D":"stageVariables.d",
        "gatewayresponse.header.E":"method.request.header.E"}})");
}

TEST_CASE("GatewayResponse: a patched default becomes a customised response") {
    RestApiFixture api;
    const json::Value untouched = shown(api, "DEFAULT_4XX");
    CHECK(patched(api, "DEFAULT_4XX", "[]") == untouched);
    CHECK(shown(api, "DEFAULT_4XX").flag("defaultResponse"));

    json::Value after = patched(api, "DEFAULT_4XX", R"([
        {"op":"replace","path":"/statusCode","value":"444"},
        {"op":"add","path":"/responseParameters/gatewayresponse.header.A","value":"'a'"},
        {"op":"replace","path":"/responseTemplates/application~1json","value":"{}"},
        {"op":"add","path":"/responseTemplates/text~1plain","value":"t"}])");
    CHECK(after == RestApiFixture::parse(R"({"responseType":"DEFAULT_4XX","statusCode":"444",
        "responseParameters":{"gatewayresponse.header.A":"'a'"},
        "responseTemplates":{"application/json":"{}","text/plain":"t"},"defaultResponse":false})"));
    CHECK(shown(api, "DEFAULT_4XX") == after);
    CHECK(shown(api, "THROTTLED").text("statusCode") == "444");

    after = patched(api, "DEFAULT_4XX", R"([
        {"op":"remove","path":"/responseParameters/gatewayresponse.header.A"},
        {"op":"remove","path":"/responseTemplates/application~1json"},
        {"op":"remove","path":"/responseTemplates/text~1plain"}])");
    CHECK(*after.find("responseParameters") == json::Value(json::Object{}));
    CHECK(*after.find("responseTemplates") == json::Value(json::Object{}));
}

TEST_CASE("GatewayResponse: refusals of a patch") {
    RestApiFixture api;
    for (const char* op : {"add", "remove", "copy"}) {
        CHECK(not_patched(api, std::string(R"([{"op":")") + op +
                                   R"(","path":"/statusCode","value":"444"}])") ==
              "400 Invalid patch path /statusCode");
    }
    CHECK(not_patched(api, R"([{"op":"replace","path":"/wrongPath","value":"x"}])") ==
          "400 Invalid patch path /wrongPath");
    CHECK(not_patched(api, R"([{"op":"replace","value":"x"}])") == "400 Invalid patch path null");
    CHECK(not_patched(api, R"([{"op":"add","path":"/responseTemplates/a/b","value":"x"}])") ==
          "400 Invalid patch path /responseTemplates/a/b");
    for (const char* path : {"responseTemplates", "responseParameters"}) {
        CHECK(not_patched(api, std::string(R"([{"op":"replace","path":"/)") + path +
                                   R"(/application~1json"}])") ==
              std::string("400 Invalid null or empty value in ") + path);
    }
    for (const char* op : {"replace", "remove"}) {
        const std::string start = std::string(R"([{"op":")") + op + R"(","value":"'a'","path":")";
        CHECK(not_patched(api, start + R"(/responseParameters/gatewayresponse.header.A"}])") ==
              "404 Invalid parameter name specified");
        CHECK(not_patched(api, start + R"(/responseTemplates/text~1plain"}])") ==
              "404 Content-Type specified was not found");
    }
    CHECK(not_patched(api, R"([{"op":"replace","path":"/statusCode","value":"600"}])")
              .starts_with("400 "));
    CHECK(not_patched(api, R"([{"op":"add","path":"/responseParameters/X","value":"'x'"}])")
              .starts_with("400 Invalid mapping expression specified"));
    CHECK(shown(api, "DEFAULT_4XX").flag("defaultResponse"));
}
