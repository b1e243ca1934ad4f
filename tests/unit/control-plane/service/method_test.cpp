#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

std::string not_put(RestApiFixture& api, std::string_view input) {
    return api.call.refused("PutMethod", api.in_method(input));
}

json::Value patched_method(RestApiFixture& api, std::string_view operations) {
    return api.call.ok("UpdateMethod",
                       RestApiFixture::merged(api.in_method(), RestApiFixture::patch(operations)));
}

std::string not_patched(RestApiFixture& api, std::string_view operations) {
    return api.call.refused(
        "UpdateMethod", RestApiFixture::merged(api.in_method(), RestApiFixture::patch(operations)));
}

constexpr const char* kNoAuthorizer =
    "400 Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
    "COGNITO_USER_POOLS requires a valid authorizer.";

}  // namespace

TEST_CASE("Method: a new one has its defaults and no empty members") {
    RestApiFixture api;
    CHECK(api.call.ok("PutMethod",
                      api.in_method(R"({"authorizationType":"NONE","requestParameters":{},
              "requestModels":{},"authorizationScopes":[]})")) ==
          RestApiFixture::parse(
              R"({"httpMethod":"GET","authorizationType":"NONE","apiKeyRequired":false})"));
}

TEST_CASE("Method: what was given is shown") {
    RestApiFixture api;
    const json::Value method =
        api.call.ok("PutMethod", api.in_method(R"({"authorizationType":"AWS_IAM",
        "apiKeyRequired":true,"operationName":"listPets","requestParameters":{"method.request.header.A":true,
        "method.request.querystring.b":null},"requestModels":{"application/json":"Empty"},
        "authorizationScopes":["s"]})"));
    CHECK(method == RestApiFixture::parse(R"({"httpMethod":"GET","authorizationType":"AWS_IAM",
        "apiKeyRequired":true,"operationName":"listPets","requestParameters":{"method.request.header.A":true,
        "method.request.querystring.b":false},"requestModels":{"application/json":"Empty"},
        "authorizationScopes":["s"]})"));
    CHECK(api.call.ok("GetMethod", api.in_method()) == method);
}

TEST_CASE("Method: the authorization type may be in lower case, and is shown in upper case") {
    RestApiFixture api;
    CHECK(api.call.ok("PutMethod", api.in_method(R"({"authorizationType":"none"})"))
              .text("authorizationType") == "NONE");
    CHECK(patched_method(api, R"([{"op":"replace","path":"/authorizationType","value":"aws_iam"}])")
              .text("authorizationType") == "AWS_IAM");
    CHECK(api.call.ok("GetMethod", api.in_method()).text("authorizationType") == "AWS_IAM");
}

TEST_CASE("Method: what a new one cannot be") {
    RestApiFixture api;
    CHECK(not_put(api, R"({"authorizationType":"NONE","httpMethod":"WRONG"})") ==
          "400 Invalid HttpMethod specified. Valid options are "
          "GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY");
    CHECK(not_put(api, R"({"authorizationType":"CUSTOM"})") == kNoAuthorizer);
    CHECK(not_put(api, R"({"authorizationType":"COGNITO_USER_POOLS","authorizerId":"abc123"})") ==
          kNoAuthorizer);
    CHECK(not_put(api, R"({"authorizationType":"OTHER"})").starts_with("400 "));
    CHECK(not_put(api, R"({"authorizationType":"NONE","requestValidatorId":"abc123"})") ==
          "400 Invalid Request Validator identifier specified");
    CHECK(not_put(
              api,
              R"({"authorizationType":"NONE","requestModels":{"application/json":"petModel"}})") ==
          "400 Invalid model identifier specified: petModel");
    CHECK(not_put(api, R"({"authorizationType":"NONE","requestParameters":{
              "method.request.querystring.a":true,"method.request.header.a":true}})") ==
          "400 Parameter names must be unique across querystring, header and path");
}

TEST_CASE("Method: keys of request parameters") {
    RestApiFixture api;
    for (const char* key :
         {"header.A", "method.request.body.a", "method.request.header.", "method.request.cookie.a",
          "method.request.header.a b", "method.response.header.A"}) {
        CAPTURE(key);
        const json::Value input =
            RestApiFixture::merged(api.in_method(R"({"authorizationType":"NONE"})"),
                                   json::Object{{"requestParameters", json::Object{{key, true}}}});
        CHECK(api.call.refused("PutMethod", input) ==
              std::string(
                  "400 Invalid mapping expression specified: Validation Result: warnings : [], "
                  "errors : [Invalid mapping expression specified: ") +
                  key + "]");
    }
    api.add_method(R"({"authorizationType":"NONE","requestParameters":{"method.request.path.a":true,
        "method.request.querystring.b":true,"method.request.multivaluequerystring.c":true,
        "method.request.header.X-d":true,"method.request.multivalueheader.e":true}})");
    CHECK(api.call.ok("GetMethod", api.in_method()).object("requestParameters").size() == 5);
}

TEST_CASE("Method: every verb and ANY") {
    RestApiFixture api;
    for (const char* verb : {"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"}) {
        const json::Value input = json::Object{{"restApiId", api.api},
                                               {"resourceId", api.root},
                                               {"httpMethod", verb},
                                               {"authorizationType", "NONE"}};
        CHECK(api.call.ok("PutMethod", input).text("httpMethod") == verb);
    }
    CHECK(api.call.ok("GetResource", api.in_resource(api.root)).object("resourceMethods").size() ==
          8);
}

TEST_CASE("Method: one of a verb per resource") {
    RestApiFixture api;
    api.add_method();
    CHECK(not_put(api, R"({"authorizationType":"NONE"})") ==
          "409 Method already exists for this resource");
}

TEST_CASE("Method: unknown API and resource are not told apart, an unknown verb is") {
    RestApiFixture api;
    const std::string text = "404 Invalid Resource identifier specified";
    for (const char* operation : {"PutMethod", "GetMethod", "UpdateMethod", "DeleteMethod"}) {
        CAPTURE(operation);
        CHECK(api.call.refused(
                  operation,
                  api.in_resource("none", R"({"httpMethod":"GET","authorizationType":"NONE"})")) ==
              text);
        CHECK(api.call.refused(
                  operation, api.in_method(R"({"restApiId":"none","authorizationType":"NONE"})")) ==
              text);
    }
    for (const char* operation : {"GetMethod", "UpdateMethod", "DeleteMethod"}) {
        CHECK(api.call.refused(operation, api.in_method()) ==
              "404 Invalid Method identifier specified");
    }
}

TEST_CASE("Method: deleting it takes its verb off the resource") {
    RestApiFixture api;
    api.add_method();
    CHECK(api.call.ok("DeleteMethod", api.in_method()) == json::Value(json::Object{}));
    CHECK(api.call.ok("GetResource", api.in_resource(api.root)).find("resourceMethods") == nullptr);
    CHECK(api.call.refused("DeleteMethod", api.in_method()) ==
          "404 Invalid Method identifier specified");
}

TEST_CASE("Method: scalars are replaced") {
    RestApiFixture api;
    api.add_method();
    const json::Value after = patched_method(api, R"([
        {"op":"replace","path":"/authorizationType","value":"AWS_IAM"},
        {"op":"replace","path":"/apiKeyRequired","value":"true"},
        {"op":"replace","path":"/operationName","value":"list"}])");
    CHECK(after.text("authorizationType") == "AWS_IAM");
    CHECK(after.flag("apiKeyRequired"));
    CHECK(after.text("operationName") == "list");
    CHECK_FALSE(
        patched_method(api, R"([{"op":"replace","path":"/apiKeyRequired","value":"whatever"}])")
            .flag("apiKeyRequired"));
}

TEST_CASE("Method: a type with an authorizer needs a valid one in the same request") {
    RestApiFixture api;
    api.add_method();
    CHECK(not_patched(api, R"([{"op":"replace","path":"/authorizationType","value":"CUSTOM"}])") ==
          kNoAuthorizer);
    CHECK(not_patched(api,
                      R"([{"op":"replace","path":"/authorizationType","value":"COGNITO_USER_POOLS"},
                               {"op":"replace","path":"/authorizerId","value":"abc123"}])") ==
          kNoAuthorizer);
}

TEST_CASE("Method: an authorizer alone is ignored where the type has no use for it") {
    RestApiFixture api;
    api.add_method();
    CHECK(patched_method(api, R"([{"op":"replace","path":"/authorizerId","value":"abc123"}])")
              .find("authorizerId") == nullptr);
}

TEST_CASE("Method: a request validator must exist; an empty value removes it") {
    RestApiFixture api;
    api.add_method();
    CHECK(not_patched(api, R"([{"op":"replace","path":"/requestValidatorId","value":"wrong"}])") ==
          "400 Invalid Request Validator identifier specified");
    CHECK(patched_method(api, R"([{"op":"replace","path":"/requestValidatorId","value":""}])")
              .find("requestValidatorId") == nullptr);
}

TEST_CASE("Method: request parameters and models are added, changed and removed") {
    RestApiFixture api;
    api.add_method();
    json::Value after = patched_method(api, R"([
        {"op":"add","path":"/requestParameters/method.request.header.A","value":"true"},
        {"op":"add","path":"/requestParameters/method.request.header.B"},
        {"op":"add","path":"/requestModels/application~1json","value":"Error"}])");
    CHECK(after.object("requestParameters") ==
          json::Object{{"method.request.header.A", true}, {"method.request.header.B", false}});
    CHECK(after.object("requestModels") == json::Object{{"application/json", "Error"}});
    after = patched_method(api, R"([
        {"op":"replace","path":"/requestParameters/method.request.header.A","value":"false"},
        {"op":"replace","path":"/requestModels/application~1json","value":"Empty"}])");
    CHECK_FALSE(after.find("requestParameters")->flag("method.request.header.A", true));
    after = patched_method(api, R"([
        {"op":"remove","path":"/requestParameters/method.request.header.A"},
        {"op":"remove","path":"/requestParameters/method.request.header.B"},
        {"op":"remove","path":"/requestModels/application~1json"}])");
    CHECK(after.find("requestParameters") == nullptr);
    CHECK(after.find("requestModels") == nullptr);
}

TEST_CASE("Method: refusals of request parameters and models") {
    RestApiFixture api;
    api.add_method();
    for (const char* op : {"replace", "remove"}) {
        const std::string start = std::string(R"([{"op":")") + op + R"(","value":"Empty","path":")";
        CHECK(not_patched(api, start + R"(/requestParameters/method.request.header.A"}])") ==
              "404 Invalid parameter name specified");
        CHECK(not_patched(api, start + R"(/requestModels/application~1json"}])") ==
              "404 Content-Type specified was not found");
    }
    CHECK(not_patched(
              api, R"([{"op":"add","path":"/requestModels/application~1json","value":"none"}])") ==
          "400 Invalid model identifier specified: none");
    CHECK(not_patched(api, R"([{"op":"add","path":"/requestParameters","value":"x"}])") ==
          "400 Invalid patch path /requestParameters");
    CHECK(not_patched(
              api, R"([{"op":"add","path":"/requestModels/application/json","value":"Empty"}])") ==
          "400 Invalid patch path /requestModels/application/json");
    CHECK(not_patched(api, R"([{"op":"add","path":"/requestParameters/header.A","value":"true"}])")
              .starts_with("400 Invalid mapping expression specified"));
}

TEST_CASE("Method: refusals of operations and paths") {
    RestApiFixture api;
    api.add_method();
    CHECK(not_patched(api, R"([{"op":"replace","path":"/httpMethod","value":"PUT"}])") ==
          "400 Invalid patch path /httpMethod");
    CHECK(not_patched(api, R"([{"op":"add","path":"/authorizationType","value":"NONE"}])") ==
          "400 Invalid patch operation specified. Must be one of: [replace]");
    CHECK(not_patched(api, R"([{"op":"remove","path":"/apiKeyRequired"}])") ==
          "400 Invalid patch operation specified. Must be one of: [replace]");
}

TEST_CASE("Method: scopes are added and removed one by one, ten at most") {
    RestApiFixture api;
    api.add_method();
    json::Value after =
        patched_method(api, R"([{"op":"add","path":"/authorizationScopes","value":"a"},
        {"op":"add","path":"/authorizationScopes","value":"b"},{"op":"add","path":"/authorizationScopes","value":"a"}])");
    CHECK(json::write(*after.find("authorizationScopes")) == R"(["b","a"])");
    after = patched_method(api, R"([{"op":"remove","path":"/authorizationScopes","value":"a"},
        {"op":"remove","path":"/authorizationScopes","value":"b"}])");
    CHECK(after.find("authorizationScopes") == nullptr);
    std::string eleven = R"([{"op":"add","path":"/authorizationScopes","value":"0"})";
    for (int i = 1; i < 11; ++i) {
        eleven +=
            R"(,{"op":"add","path":"/authorizationScopes","value":")" + std::to_string(i) + R"("})";
    }
    CHECK(not_patched(api, eleven + "]").starts_with("400 "));
}
