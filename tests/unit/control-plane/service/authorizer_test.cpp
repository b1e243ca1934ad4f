#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

constexpr const char* kUri =
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:f/invocations";
constexpr const char* kPool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a";

/// A TOKEN authorizer, unless `more` says otherwise.
json::Value input(const RestApiFixture& api, std::string_view more = "{}") {
    const json::Value token = json::Object{{"name", "auth"},
                                           {"type", "TOKEN"},
                                           {"authorizerUri", kUri},
                                           {"identitySource", "method.request.header.Auth"}};
    return RestApiFixture::merged(RestApiFixture::merged(api.in_api(), token),
                                  RestApiFixture::parse(more));
}

json::Value made(RestApiFixture& api, std::string_view more = "{}") {
    return api.call.ok("CreateAuthorizer", input(api, more));
}

std::string not_made(RestApiFixture& api, std::string_view more) {
    return api.call.refused("CreateAuthorizer", input(api, more));
}

json::Value made_for_pool(RestApiFixture& api) {
    json::Value pool = input(api, R"({"type":"COGNITO_USER_POOLS"})");
    pool.as_object().erase("authorizerUri");
    pool["providerARNs"] = json::Array{kPool};
    return api.call.ok("CreateAuthorizer", pool);
}

json::Value of(const RestApiFixture& api, const json::Value& authorizer,
               std::string_view more = "{}") {
    return RestApiFixture::merged(
        RestApiFixture::merged(api.in_api(), json::Object{{"authorizerId", authorizer.text("id")}}),
        RestApiFixture::parse(more));
}

json::Value patched(RestApiFixture& api, const json::Value& authorizer,
                    std::string_view operations) {
    return api.call.ok(
        "UpdateAuthorizer",
        RestApiFixture::merged(of(api, authorizer), RestApiFixture::patch(operations)));
}

std::string not_patched(RestApiFixture& api, const json::Value& authorizer,
                        std::string_view operations) {
    return api.call.refused(
        "UpdateAuthorizer",
        RestApiFixture::merged(of(api, authorizer), RestApiFixture::patch(operations)));
}

/// Client status of a test and its log without dates.
std::string tried(RestApiFixture& api, const json::Value& authorizer, std::string_view more) {
    const json::Value answer = api.call.ok("TestInvokeAuthorizer", of(api, authorizer, more));
    CHECK(answer.integer("latency").has_value());
    return std::to_string(*answer.integer("clientStatus")) + ' ' + std::string(answer.text("log"));
}

}  // namespace

TEST_CASE("Authorizer: one that calls a function keeps its results for five minutes") {
    RestApiFixture api;
    json::Value authorizer = made(api);
    CHECK(authorizer.text("id").size() == 6);
    CHECK(api.call.ok("GetAuthorizer", of(api, authorizer)) == authorizer);
    authorizer.as_object().erase("id");
    CHECK(authorizer == json::Value(json::Object{{"name", "auth"},
                                                 {"type", "TOKEN"},
                                                 {"authType", "custom"},
                                                 {"authorizerUri", kUri},
                                                 {"identitySource", "method.request.header.Auth"},
                                                 {"authorizerResultTtlInSeconds", 300}}));
}

TEST_CASE("Authorizer: one of user pools has no such time unless it was given") {
    RestApiFixture api;
    const json::Value authorizer = made_for_pool(api);
    CHECK(authorizer.find("authorizerResultTtlInSeconds") == nullptr);
    CHECK(authorizer.text("authType") == "cognito_user_pools");
    CHECK(json::write(*authorizer.find("providerARNs")) == R"([")" + std::string(kPool) + R"("])");
}

TEST_CASE("Authorizer: what was given is shown") {
    RestApiFixture api;
    const json::Value authorizer = made(api, R"({"type":"REQUEST","authType":"oauth2",
        "authorizerCredentials":"arn:aws:iam::000000000000:role/r","authorizerResultTtlInSeconds":0,
        "identityValidationExpression":"^Bearer [a-z]+$",
        "identitySource":"method.request.header.A, method.request.querystring.b,stageVariables.c,context.httpMethod"})");
    CHECK(authorizer.text("authType") == "oauth2");
    CHECK(authorizer.text("authorizerCredentials") == "arn:aws:iam::000000000000:role/r");
    CHECK(authorizer.integer("authorizerResultTtlInSeconds") == 0);
    CHECK(authorizer.text("identityValidationExpression") == "^Bearer [a-z]+$");
    CHECK(api.call.ok("GetAuthorizers", api.in_api()).array("items").size() == 1);
}

TEST_CASE("Authorizer: a function is named by an invocation ARN") {
    RestApiFixture api;
    for (const char* uri :
         {"", "arn:aws:lambda:us-east-1:000000000000:function:f",
          "arn:aws:apigateway:us-east-1:firehose:action/PutRecord", "https://example.com"}) {
        CAPTURE(uri);
        const std::string named = *uri == '\0' ? "null" : uri;
        CHECK(not_made(api, std::string(R"({"authorizerUri":")") + uri + R"("})") ==
              "400 Invalid Authorizer URI: " + named +
                  ". Authorizer URI should be a valid API Gateway ARN that represents a Lambda "
                  "function invocation.");
    }
    CHECK(not_made(api, R"({"authorizerCredentials":"role"})") ==
          "400 Invalid ARN specified in the request");
}

TEST_CASE("Authorizer: identity sources by type") {
    RestApiFixture api;
    const auto with = [](std::string_view type, std::string_view source) {
        return json::write(json::Object{{"type", type}, {"identitySource", source}});
    };
    for (const char* source :
         {"", "method.request.querystring.a", "method.request.header.a,method.request.header.b",
          "context.identity.sourceIp", "Auth"}) {
        CAPTURE(source);
        CHECK(not_made(api, with("TOKEN", source))
                  .starts_with("400 Invalid identity source specified: "));
    }
    for (const char* source : {"", "method.request.path.a", "'static'", "method.request.header.a,",
                               "method.request.body", "header.a"}) {
        CAPTURE(source);
        CHECK(not_made(api, with("REQUEST", source))
                  .starts_with("400 Invalid identity source specified: "));
    }
    CHECK(made(api, R"({"type":"REQUEST","identitySource":"","authorizerResultTtlInSeconds":0})")
              .find("identitySource") == nullptr);
}

TEST_CASE("Authorizer: user pools are named by their ARNs") {
    RestApiFixture api;
    for (const char* arns :
         {"[]", R"([""])", R"(["us-east-1_a"])", R"(["arn:aws:iam::000000000000:role/r"])"}) {
        CAPTURE(arns);
        CHECK(not_made(api,
                       std::string(R"({"type":"COGNITO_USER_POOLS","providerARNs":)") + arns + "}")
                  .starts_with("400 "));
    }
}

TEST_CASE("Authorizer: what else a new one cannot be") {
    RestApiFixture api;
    made(api);
    CHECK(not_made(api, "{}") ==
          "400 Authorizer name must be unique. Authorizer auth already exists in this RestApi.");
    CHECK(not_made(api, R"({"name":" "})").starts_with("400 "));
    for (const char* seconds : {"-1", "3601"}) {
        CHECK(not_made(api, std::string(R"({"name":"b","authorizerResultTtlInSeconds":)") +
                                seconds + "}") ==
              "400 Authorizer result TTL must be between 0 and 3600 seconds");
    }
    CHECK(not_made(api, R"({"name":"b","identityValidationExpression":"("})").starts_with("400 "));
    CHECK(not_made(api, R"({"name":"b","restApiId":"none"})") ==
          "409 Unable to complete operation due to concurrent modification. Please try again "
          "later.");
    api.call.installation.authorizers_per_api_max = 1;
    CHECK(not_made(api, R"({"name":"b"})").starts_with("429 "));
}

TEST_CASE("Authorizer: an unknown one") {
    RestApiFixture api;
    const json::Value authorizer = made(api);
    for (const char* operation :
         {"GetAuthorizer", "UpdateAuthorizer", "DeleteAuthorizer", "TestInvokeAuthorizer"}) {
        CAPTURE(operation);
        CHECK(api.call.refused(operation, api.in_api(R"({"authorizerId":"none"})")) ==
              "404 Invalid Authorizer identifier specified");
        CHECK(api.call.refused(operation, of(api, authorizer, R"({"restApiId":"none"})")) ==
              "404 Invalid Authorizer identifier specified");
    }
    CHECK(api.call.refused("GetAuthorizers", api.in_api(R"({"restApiId":"none"})")) ==
          "404 Invalid API identifier specified 000000000000:none");
}

TEST_CASE("Authorizer: scalars are replaced, an emptied time is the default again") {
    RestApiFixture api;
    const json::Value authorizer = made(api);
    json::Value after = patched(api, authorizer, R"([
        {"op":"replace","path":"/name","value":"other"},
        {"op":"replace","path":"/authorizerResultTtlInSeconds","value":"60"},
        {"op":"replace","path":"/identityValidationExpression","value":"a+"},
        {"op":"add","path":"/identitySource","value":"method.request.header.B"},
        {"op":"replace","path":"/authorizerCredentials","value":"arn:aws:iam::1:role/r"}])");
    CHECK(after.text("name") == "other");
    CHECK(after.integer("authorizerResultTtlInSeconds") == 60);
    CHECK(after.text("identitySource") == "method.request.header.B");
    CHECK(api.call.ok("GetAuthorizer", of(api, authorizer)) == after);
    after = patched(api, authorizer, R"([
        {"op":"replace","path":"/authorizerResultTtlInSeconds","value":""},
        {"op":"replace","path":"/authorizerCredentials","value":""}])");
    CHECK(after.integer("authorizerResultTtlInSeconds") == 300);
    CHECK(after.find("authorizerCredentials") == nullptr);
}

TEST_CASE("Authorizer: a type is changed together with what it needs") {
    RestApiFixture api;
    const json::Value authorizer = made(api);
    const std::string to_pools = R"({"op":"replace","path":"/type","value":"COGNITO_USER_POOLS"})";
    CHECK(not_patched(api, authorizer, "[" + to_pools + "]").starts_with("400 "));
    const json::Value after = patched(
        api, authorizer,
        "[" + to_pools + R"(,{"op":"add","path":"/providerARNs","value":")" + kPool + R"("}])");
    CHECK(after.text("type") == "COGNITO_USER_POOLS");
    CHECK(after.text("authType") == "cognito_user_pools");
    CHECK(not_patched(api, authorizer, R"([{"op":"replace","path":"/type","value":"JWT"}])")
              .starts_with("400 Invalid authorizer type specified"));
    CHECK(patched(api, authorizer, R"([{"op":"replace","path":"/authType","value":"mine"},
        {"op":"replace","path":"/type","value":"TOKEN"}])")
              .text("authType") == "mine");
}

TEST_CASE("Authorizer: provider ARNs are added and removed one by one") {
    RestApiFixture api;
    const json::Value authorizer = made_for_pool(api);
    const std::string other = std::string(kPool) + "b";
    const json::Value after =
        patched(api, authorizer,
                R"([{"op":"add","path":"/providerARNs","value":")" + other +
                    R"("},{"op":"remove","path":"/providerARNs","value":")" + kPool + R"("}])");
    CHECK(json::write(*after.find("providerARNs")) == "[\"" + other + "\"]");
    CHECK(not_patched(api, authorizer,
                      R"([{"op":"remove","path":"/providerARNs","value":")" + other + R"("}])")
              .starts_with("400 "));
}

TEST_CASE("Authorizer: refusals of a patch") {
    RestApiFixture api;
    const json::Value authorizer = made(api);
    made(api, R"({"name":"taken"})");
    CHECK(not_patched(api, authorizer, R"([{"op":"replace","path":"/name","value":"taken"}])") ==
          "400 Authorizer name must be unique. Authorizer taken already exists in this RestApi.");
    CHECK(
        not_patched(api, authorizer, R"([{"op":"replace","path":"/id","value":"x"}])") ==
        "400 Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/name, /type, "
        "/authType, /authorizerUri, /authorizerCredentials, /identityValidationExpression, "
        "/authorizerResultTtlInSeconds, /identitySource]");
    CHECK(not_patched(api, authorizer, R"([{"op":"add","path":"/name","value":"x"}])") ==
          "400 Invalid patch path  '/name' specified for op 'add'. Must be one of: "
          "[/identitySource, /providerARNs]");
    CHECK(not_patched(api, authorizer, R"([{"op":"move","path":"/name"}])") ==
          "400 Invalid patch path  '/name' specified for op 'move'. Please choose supported "
          "operations");
    for (const char* seconds : {"-1", "3601", "soon"}) {
        CHECK(not_patched(
                  api, authorizer,
                  std::string(
                      R"([{"op":"replace","path":"/authorizerResultTtlInSeconds","value":")") +
                      seconds + R"("}])") ==
              "400 Authorizer result TTL must be between 0 and 3600 seconds");
    }
    CHECK(not_patched(api, authorizer, R"([{"op":"remove","path":"/identitySource"}])")
              .starts_with("400 Invalid identity source specified"));
}

TEST_CASE("Authorizer: a method's own stays until the method lets it go") {
    RestApiFixture api;
    const json::Value authorizer = made(api);
    const std::string test = api.add_resource("test");
    json::Value method =
        api.in_resource(test, R"({"httpMethod":"GET","authorizationType":"CUSTOM"})");
    method["authorizerId"] = authorizer.text("id");
    CHECK(api.call.ok("PutMethod", method).text("authorizerId") == authorizer.text("id"));
    CHECK(api.call.refused("DeleteAuthorizer", of(api, authorizer)) ==
          "409 Cannot delete authorizer 'auth', is referenced in method: GET//test");
    const json::Value freed = api.call.ok(
        "UpdateMethod",
        RestApiFixture::merged(
            method, RestApiFixture::patch(
                        R"([{"op":"replace","path":"/authorizationType","value":"NONE"}])")));
    CHECK(freed.find("authorizerId") == nullptr);
    CHECK(api.call.ok("DeleteAuthorizer", of(api, authorizer)) == json::Value(json::Object{}));
    CHECK(api.call.refused("GetAuthorizer", of(api, authorizer)).starts_with("404 "));
}

TEST_CASE("Authorizer: of another API it is none") {
    RestApiFixture api;
    const json::Value authorizer = made(api);
    const json::Value other = api.call.ok("CreateRestApi", json::Object{{"name", "other"}});
    const json::Value method = json::Object{{"restApiId", other.text("id")},
                                            {"resourceId", other.text("rootResourceId")},
                                            {"httpMethod", "GET"},
                                            {"authorizationType", "CUSTOM"},
                                            {"authorizerId", authorizer.text("id")}};
    CHECK(api.call.refused("PutMethod", method).starts_with("400 Invalid authorizer ID"));
}

TEST_CASE("Authorizer: a method takes one with a patch, in either order") {
    RestApiFixture api;
    const json::Value authorizer = made(api);
    api.add_method();
    const std::string id(authorizer.text("id"));
    const std::string type = R"({"op":"replace","path":"/authorizationType","value":"CUSTOM"})";
    const std::string named = R"({"op":"replace","path":"/authorizerId","value":")" + id + R"("})";
    for (const std::string& operations : {type + "," + named, named + "," + type}) {
        const json::Value method = api.call.ok(
            "UpdateMethod",
            RestApiFixture::merged(api.in_method(), RestApiFixture::patch("[" + operations + "]")));
        CHECK(method.text("authorizationType") == "CUSTOM");
        CHECK(method.text("authorizerId") == id);
    }
    CHECK(api.call
              .refused("UpdateMethod",
                       RestApiFixture::merged(
                           api.in_method(),
                           RestApiFixture::patch(
                               R"([{"op":"replace","path":"/authorizerId","value":"none"}])")))
              .starts_with("400 Invalid authorizer ID"));
}

TEST_CASE("Authorizer: a clone's methods have the clone's authorizer") {
    RestApiFixture api;
    const json::Value authorizer = made(api);
    json::Value method = api.in_method(R"({"authorizationType":"CUSTOM"})");
    method["authorizerId"] = authorizer.text("id");
    api.call.ok("PutMethod", method);
    const json::Value clone =
        api.call.ok("CreateRestApi", json::Object{{"name", "copy"}, {"cloneFrom", api.api}});
    const json::Value own =
        api.call.ok("GetAuthorizers", json::Object{{"restApiId", clone.text("id")}});
    REQUIRE(own.array("items").size() == 1);
    const json::Value copied =
        api.call.ok("GetMethod", json::Object{{"restApiId", clone.text("id")},
                                              {"resourceId", clone.text("rootResourceId")},
                                              {"httpMethod", "GET"}});
    CHECK(copied.text("authorizerId") == own.array("items").front().text("id"));
    CHECK(copied.text("authorizerId") != authorizer.text("id"));
}

TEST_CASE("Authorizer: a test without what identifies a caller is 401") {
    RestApiFixture api;
    const json::Value token = made(api);
    CHECK(tried(api, token, "{}").starts_with("401 Execution log for request "));
    CHECK(tried(api, token, R"({"headers":{"Auth":""}})").starts_with("401 "));
    const json::Value request = made(api, R"({"name":"r","type":"REQUEST",
        "identitySource":"method.request.querystring.q,stageVariables.v,context.path"})");
    CHECK(tried(api, request, R"({"stageVariables":{"v":"1"},"pathWithQueryString":"/a?p=1"})")
              .starts_with("401 "));
    CHECK(tried(api, request, R"({"pathWithQueryString":"/a?p=1&q=2"})").starts_with("401 "));
    CHECK(tried(api, request, R"({"pathWithQueryString":"/?q=2","stageVariables":{"v":"1"}})")
              .starts_with("500 "));
    const json::Value not_kept = made(api, R"({"name":"n","type":"REQUEST",
        "authorizerResultTtlInSeconds":0,"identitySource":"method.request.header.Auth"})");
    CHECK(tried(api, not_kept, "{}").starts_with("500 "));
    CHECK(
        api.call.refused("TestInvokeAuthorizer", of(api, request, R"({"pathWithQueryString":"a"})"))
            .starts_with("400 Invalid pathWithQueryString"));
}

TEST_CASE("Authorizer: a test with a token of the wrong form is 401") {
    RestApiFixture api;
    const json::Value token =
        made(api, R"({"name":"e","identityValidationExpression":"Bearer [a-z]+"})");
    CHECK(tried(api, token, R"({"headers":{"Auth":"Basic abc"}})").starts_with("401 "));
    CHECK(tried(api, token, R"({"headers":{"Auth":"Bearer abc"}})").starts_with("500 "));
}

TEST_CASE("Authorizer: a test with all it needs tells what this version cannot do") {
    RestApiFixture api;
    for (const char* headers :
         {R"({"headers":{"auth":"secret"}})", R"({"multiValueHeaders":{"AUTH":["secret"]}})"}) {
        const json::Value token =
            made(api, json::write(json::Object{{"name", std::string(headers)}}));
        const std::string log = tried(api, token, headers);
        CHECK(log.starts_with("500 "));
        CHECK(log.find("Starting authorizer: " + std::string(token.text("id"))) !=
              std::string::npos);
        CHECK(log.find("Endpoint request URI: " + std::string(kUri)) != std::string::npos);
        CHECK(log.find("does not call functions") != std::string::npos);
        CHECK(log.find("secret") == std::string::npos);
    }
    CHECK(tried(api, made_for_pool(api), R"({"headers":{"Auth":"t"}})").find("user pools") !=
          std::string::npos);
}
