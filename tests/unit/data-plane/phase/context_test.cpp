// $context and $input as templates see them.
#include <doctest/doctest.h>

#include "common/json/value.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

/// ANY /a/{id} of a MOCK whose answer is what the template gives.
Gateway::Options answering(std::string_view text) {
    Gateway::Options options;
    options.resources = {{"/a/{id}",
                          R"("ANY":{"httpMethod":"ANY","authorizationType":"NONE",
             "methodResponses":{"200":{"statusCode":"200"}},"methodIntegration":{"type":"MOCK",
             "requestTemplates":{"application/json":"{\"statusCode\": 200}"},
             "integrationResponses":{"200":{"statusCode":"200","responseTemplates":{
             "application/json":)" +
                              json::quote(text) + "}}}}}"}};
    return options;
}

std::string rendered(std::string_view text, std::string_view fields = "",
                     std::string_view query = "") {
    const Gateway gateway(answering(text));
    return body_of(gateway.call("GET /prod/a/7" + std::string(query), fields));
}

}  // namespace

TEST_CASE("the time of a request is a number, in the units of Java") {
    CHECK(rendered("#set($s = $context.requestTimeEpoch / 1000)#if($s > 1700000000)late#end") ==
          "late");
    CHECK(rendered("$context.requestTimeEpoch.toString().length()") == "13");
}

TEST_CASE("the protocol is the one of the request") {
    const Gateway gateway(answering("$context.protocol"));
    CHECK(body_of(gateway.call("GET /prod/a/7")) == "HTTP/1.1");
    CHECK(body_of(gateway.raw(
              "GET /prod/a/7 HTTP/1.0\r\nHost: abc123.execute-api.localhost\r\n\r\n")) ==
          "HTTP/1.0");
}

TEST_CASE("fields of the caller's connection and message read as absent") {
    const std::string fields =
        "Max-Forwards: 1\r\nTE: trailers\r\nServer: s\r\nContent-MD5: m\r\nX-Ok: ok\r\n";
    CHECK(rendered("[$input.params('Max-Forwards')$input.params('te')$input.params('Connection')]"
                   "$input.params('x-ok')",
                   fields) == "[]ok");
    CHECK(rendered("#foreach($name in $input.params().header.keySet())$name #end", fields) ==
          "Host X-Ok ");
}

TEST_CASE("parts of the context answer like Java's maps") {
    CHECK(rendered("#foreach($entry in $context.identity.entrySet())#if($entry.value != '')"
                   "$entry.key=$entry.value #end#end",
                   "User-Agent: me\r\n") == "sourceIp=127.0.0.1 userAgent=me ");
    CHECK(rendered("#foreach($v in $context.identity)#if($v != '')$v #end#end",
                   "User-Agent: me\r\n") == "127.0.0.1 me ");
    CHECK(rendered("$context.size() $context.isEmpty() $context.containsKey('stage') "
                   "$context.containsKey('authorizer') $context.getOrDefault('authorizer', 'none') "
                   "$context.identity.values().size() $context['stage']") ==
          "18 false true false none 12 prod");
    CHECK(rendered("$context.requestOverride.values().size() "
                   "$context.requestOverride.header.isEmpty() [$context.requestOverride.header]") ==
          "3 true []");
}

TEST_CASE("members of the identity that are not known are empty, so that copying them all works") {
    CHECK(rendered("#set($map = $context.identity)#foreach($k in $map.keySet())"
                   "#set($v = $util.escapeJavaScript($map.get($k)))$k=$v;#end",
                   "User-Agent: me\r\n") ==
          "cognitoIdentityPoolId=;accountId=;cognitoIdentityId=;caller=;sourceIp=127.0.0.1;"
          "principalOrgId=;accessKey=;cognitoAuthenticationType=;cognitoAuthenticationProvider=;"
          "userArn=;userAgent=me;user=;");
}

TEST_CASE("a key is part of the identity of who brought one") {
    Gateway::Options options = answering(
        "$context.identity.keySet().size() $context.identity.apiKey $context.identity.apiKeyId");
    options.resources[0].second.insert(options.resources[0].second.find("\"methodResponses\""),
                                       R"("apiKeyRequired":true,)");
    options.keys = {{"secret", "k1", true, {"p1"}}};
    model::UsagePlan plan;
    plan.id = "p1";
    plan.stages = {{"abc123", "prod", {}}};
    options.plans = {plan};
    CHECK(body_of(Gateway(options).call("GET /prod/a/7", "x-api-key: secret\r\n")) ==
          "14 secret k1");
}

TEST_CASE("whether the canary serves is told on stages that have one") {
    const std::string text =
        "$context.isCanaryRequest $context.deploymentId $context.containsKey('isCanaryRequest') "
        "$stageVariables.color";
    CHECK(rendered(text) == " dep1 false ");
    Gateway::Options options = answering(text);
    options.canary_resources = options.resources;
    options.variables = {{"color", "red"}};
    for (const double percent : {0.0, 100.0}) {
        options.change_stage = [percent](model::Stage& stage) {
            stage.canary = model::CanarySettings{};
            stage.canary->percent_traffic = percent;
            stage.canary->deployment_id = "dep2";
            stage.canary->variable_overrides = {{"color", "yellow"}};
        };
        CHECK(body_of(Gateway(options).call("GET /prod/a/7")) ==
              (percent > 0 ? "true dep2 true yellow" : "false dep1 true red"));
    }
}

TEST_CASE("the last field of a name counts, however it is spelled") {
    CHECK(rendered("$input.params('x-a') $input.params().header.get('x-a') "
                   "$input.params().header.get('X-A')",
                   "X-A: 1\r\nx-a: 2\r\nX-A: 3\r\n") == "3 2 3");
}

TEST_CASE("parameters are text, whatever bytes a caller sends") {
    CHECK(rendered("$input.params('q')$input.params().querystring.q", "", "?q=%ff%41") ==
          "\xef\xbf\xbd"
          "A\xef\xbf\xbd"
          "A");
    CHECK(rendered("$input.params('x')$input.params().header.X", "X: \xe9\r\n") ==
          "\xef\xbf\xbd\xef\xbf\xbd");
}

/// What a MOCK's request template gives for a body, by way of a header field of the answer.
std::string read(std::string_view expression, std::string_view type, std::string_view body) {
    Gateway::Options options;
    options.resources = {
        {"/a", R"("POST":{"httpMethod":"POST","authorizationType":"NONE",
            "methodResponses":{"200":{"statusCode":"200"}},"methodIntegration":{"type":"MOCK",
            "requestTemplates":{"$default":)" +
                   json::quote("#set($context.responseOverride.header.X = \"" +
                               std::string(expression) + "\"){\"statusCode\": 200}") +
                   R"(},"integrationResponses":{"200":{"statusCode":"200"}}}})"}};
    return field_of(
        Gateway(options).call("POST /prod/a", "Content-Type: " + std::string(type) + "\r\n", body),
        "x");
}

TEST_CASE("null in a body is null as JSON, what is missing an empty text") {
    CHECK(read("$input.json('$.n') $input.json('$.m') [$input.path('$.n')]", "application/json",
               R"({"n":null})") == "null \"\" []");
}

TEST_CASE("a form is a text as a whole, other bodies that are no JSON are nothing") {
    constexpr std::string_view kForm = "application/x-www-form-urlencoded; charset=utf-8";
    CHECK(read("#foreach($pair in $input.path('$').split('&'))$pair.split('=')[1] #end"
               "$input.json('$') $input.json('$.a')",
               kForm, "a=1&b=2") == "1 2 \"a=1&b=2\" \"\"");
    CHECK(read("$input.json('$.a')", kForm, R"({"a":1})") == "1");
    CHECK(read("[$input.path('$')$input.json('$')]", "application/xml", "<a/>") == "[\"\"]");
}

TEST_CASE("searching a body again and again is bounded, as steps are") {
    const std::string body = "[" + std::string(2'000'000, ' ') + "1]";
    const auto found = [&](std::string_view path, std::string_view times) {
        return read("#foreach($i in [1.." + std::string(times) + "])#set($x = $input.path('" +
                        std::string(path) + "'))#end$x.size()",
                    "application/json", body);
    };
    CHECK(found("$..a", "100") == "0");
    CHECK(found("$..a", "600") == "(absent)");
    CHECK(found("$", "600") == "1");
}
