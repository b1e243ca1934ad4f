#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

json::Value put(RestApiFixture& api, std::string_view input) {
    return api.call.ok("PutIntegration", api.in_method(input));
}

std::string not_put(RestApiFixture& api, std::string_view input) {
    return api.call.refused("PutIntegration", api.in_method(input));
}

/// An integration of `type` that calls `uri` with POST.
std::string calling(std::string_view type, std::string_view uri, std::string_view more = "{}") {
    json::Value input =
        json::Object{{"type", type}, {"integrationHttpMethod", "POST"}, {"uri", uri}};
    return json::write(RestApiFixture::merged(std::move(input), RestApiFixture::parse(more)));
}

std::string http(std::string_view more) { return calling("HTTP", "http://example.com/{a}", more); }

json::Value patched_integration(RestApiFixture& api, std::string_view operations) {
    return api.call.ok("UpdateIntegration",
                       RestApiFixture::merged(api.in_method(), RestApiFixture::patch(operations)));
}

std::string not_patched(RestApiFixture& api, std::string_view operations) {
    return api.call.refused(
        "UpdateIntegration",
        RestApiFixture::merged(api.in_method(), RestApiFixture::patch(operations)));
}

std::string bad_mapping(std::string_view expression) {
    return "400 Invalid mapping expression specified: Validation Result: warnings : [], errors : "
           "[Invalid "
           "mapping expression specified: " +
           std::string(expression) + "]";
}

std::string undeclared(std::string_view expression) {
    return "400 Invalid mapping expression specified: Validation Result: warnings : [], errors : "
           "[Invalid "
           "mapping expression parameter specified: " +
           std::string(expression) + "]";
}

constexpr const char* kFunctionUri =
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:f/invocations";
constexpr const char* kNotProxied =
    "400 Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose "
    "stream "
    "invocations.";

}  // namespace

TEST_CASE("Integration: defaults of HTTP types") {
    RestApiFixture api;
    api.add_method();
    const std::string defaults =
        R"("httpMethod":"POST","uri":"http://example.com","connectionType":"INTERNET",
        "passthroughBehavior":"WHEN_NO_MATCH","timeoutInMillis":29000,"cacheKeyParameters":[],"cacheNamespace":")" +
        api.root + "\"}";
    for (const char* type : {"HTTP", "HTTP_PROXY"}) {
        CHECK(put(api, calling(type, "http://example.com")) ==
              RestApiFixture::parse(std::string(R"({"type":")") + type + "\"," + defaults));
    }
}

TEST_CASE("Integration: a MOCK has neither method nor target nor connection") {
    RestApiFixture api;
    api.add_method();
    const json::Value mock = put(api, calling("MOCK", "http://example.com"));
    CHECK(mock == RestApiFixture::parse(R"({"type":"MOCK","passthroughBehavior":"WHEN_NO_MATCH",
        "timeoutInMillis":29000,"cacheKeyParameters":[],"cacheNamespace":")" +
                                        api.root + "\"}"));
    CHECK(api.call.ok("GetIntegration", api.in_method()) == mock);
}

TEST_CASE("Integration: a MOCK takes parameters of the path") {
    RestApiFixture api;
    api.add_method(
        R"({"authorizationType":"NONE","requestParameters":{"method.request.path.pet":true}})");
    const json::Value mock = put(api, R"({"type":"MOCK",
        "requestParameters":{"integration.request.path.id":"method.request.path.pet"}})");
    CHECK(mock.object("requestParameters").contains("integration.request.path.id"));
}

TEST_CASE("Integration: AWS types have no connection type") {
    RestApiFixture api;
    api.add_method();
    CHECK(put(api, calling("AWS_PROXY", kFunctionUri)).find("connectionType") == nullptr);
    CHECK(put(api, calling("AWS", kFunctionUri)).find("connectionType") == nullptr);
}

TEST_CASE("Integration: what was given is shown, and an empty template is null") {
    RestApiFixture api;
    api.add_method(
        R"({"authorizationType":"NONE","requestParameters":{"method.request.header.A":false}})");
    const json::Value made = put(api, http(R"({"credentials":"arn:aws:iam::000000000000:role/r",
        "requestParameters":{"integration.request.path.a":"method.request.header.A"},
        "requestTemplates":{"application/json":"{}","text/plain":""},"passthroughBehavior":"NEVER",
        "cacheNamespace":"ns","cacheKeyParameters":["method.request.header.A"],
        "contentHandling":"CONVERT_TO_TEXT","timeoutInMillis":50,"tlsConfig":{"insecureSkipVerification":true}})"));
    CHECK(made == RestApiFixture::parse(
                      R"({"type":"HTTP","httpMethod":"POST","uri":"http://example.com/{a}",
        "connectionType":"INTERNET","credentials":"arn:aws:iam::000000000000:role/r",
        "requestParameters":{"integration.request.path.a":"method.request.header.A"},
        "requestTemplates":{"application/json":"{}","text/plain":null},"passthroughBehavior":"NEVER",
        "cacheNamespace":"ns","cacheKeyParameters":["method.request.header.A"],
        "contentHandling":"CONVERT_TO_TEXT","timeoutInMillis":50,"tlsConfig":{"insecureSkipVerification":true}})"));
}

TEST_CASE("Integration: a new one replaces the old one with its responses") {
    RestApiFixture api;
    api.add_mock();
    api.call.ok("PutIntegrationResponse", api.in_response("200"));
    CHECK(put(api, calling("HTTP", "http://example.com")).find("integrationResponses") == nullptr);
    CHECK(api.call.ok("GetMethod", api.in_method()).find("methodIntegration")->text("type") ==
          "HTTP");
}

TEST_CASE("Integration: all types but MOCK need a method") {
    RestApiFixture api;
    api.add_method();
    for (const char* type : {"HTTP", "HTTP_PROXY", "AWS", "AWS_PROXY"}) {
        CHECK(not_put(api, std::string(R"({"uri":"http://example.com","type":")") + type + "\"}") ==
              "400 Enumeration value for HttpMethod must be non-empty");
    }
    CHECK(
        not_put(api, R"({"type":"HTTP","uri":"http://example.com","integrationHttpMethod":"get"})")
            .starts_with("400 Invalid HttpMethod specified"));
}

TEST_CASE("Integration: HTTP addresses") {
    RestApiFixture api;
    api.add_method();
    for (const char* uri :
         {"http://example.com", "https://example.com:8443/a?b=c", "http://[::1]:80/",
          "HTTP://a/{b}/{c+}", "http://127.0.0.1:3000/{proxy}", "http://${stageVariables.host}/x",
          "${stageVariables.url}"}) {
        CAPTURE(uri);
        CHECK(put(api, calling("HTTP_PROXY", uri)).text("uri") == uri);
    }
    for (const char* uri : {"", "dummy", "ftp://example.com", "http://", "http:///x", "http://a b/",
                            "http://a:0/", "http://a:65536/", "http://a:x/", "http://user@host/",
                            "http://[::1/", "http://a/\n", "arn:aws:x"}) {
        CAPTURE(uri);
        for (const char* type : {"HTTP", "HTTP_PROXY"}) {
            CHECK(not_put(api, calling(type, uri)) ==
                  "400 Invalid HTTP endpoint specified for URI");
        }
    }
}

TEST_CASE("Integration: ARNs of AWS types") {
    RestApiFixture api;
    api.add_method();
    CHECK(not_put(api, calling("AWS", "http://example.com")) ==
          "400 Invalid ARN specified in the request");
    CHECK(not_put(api, calling("AWS_PROXY", "arn:aws:lambda")) ==
          "400 Invalid ARN specified in the request");
    const std::string no_path = "400 AWS ARN for integration must contain path or action";
    CHECK(not_put(api, calling("AWS_PROXY", "arn:aws:lambda:us-east-1:000000000000:function:f")) ==
          no_path);
    CHECK(not_put(api, calling("AWS", "arn:aws:iam::000000000000:role/service-role/r")) == no_path);
    CHECK(not_put(api, calling("AWS", "arn:aws:apigateway:us-east-1:s3:pathology/x")) == no_path);
}

TEST_CASE("Integration: AWS_PROXY calls functions and Firehose only") {
    RestApiFixture api;
    api.add_method();
    CHECK(put(api, calling("AWS_PROXY", kFunctionUri)).text("uri") == kFunctionUri);
    put(api, calling("AWS_PROXY", "arn:aws:apigateway:us-east-1:firehose:action/PutRecord"));
    put(api, calling("AWS_PROXY",
                     "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                     "${stageVariables.function}/invocations"));
    CHECK(not_put(api, calling("AWS_PROXY", "arn:aws:apigateway:us-east-1:s3:path/b/k")) ==
          kNotProxied);
    CHECK(not_put(api,
                  calling("AWS_PROXY", "arn:aws:apigateway:us-east-1:lambda:path/random/value")) ==
          kNotProxied);
    CHECK(not_put(api, calling("AWS_PROXY", "arn:aws:apigateway:us-east-1:firehose:path/random")) ==
          kNotProxied);
}

TEST_CASE("Integration: AWS services other than functions need a role") {
    RestApiFixture api;
    api.add_method();
    const char* queue = "arn:aws:apigateway:us-east-1:sqs:path/000000000000/q";
    CHECK(not_put(api, calling("AWS", queue)) ==
          "400 Role ARN must be specified for AWS integrations");
    put(api, calling("AWS", queue, R"({"credentials":"arn:aws:iam::000000000000:role/r"})"));
    CHECK(not_put(api, calling("AWS", queue, R"({"credentials":"role"})"))
              .starts_with("400 Invalid ARN"));
}

TEST_CASE("Integration: the timeout has bounds, and the upper one is a setting") {
    RestApiFixture api;
    api.add_method();
    for (const char* timeout : {"49", "29001", "-1", "0"}) {
        CHECK(not_put(api, http(std::string(R"({"timeoutInMillis":)") + timeout + "}")) ==
              "400 Timeout should be between 50 ms and 29000 ms");
    }
    api.call.installation.integration_timeout_ms_max = 120'000;
    CHECK(put(api, http(R"({"timeoutInMillis":120000})")).integer("timeoutInMillis") == 120'000);
    CHECK(put(api, calling("HTTP_PROXY", "http://a",
                           R"({"responseTransferMode":"STREAM","timeoutInMillis":900000})"))
              .integer("timeoutInMillis") == 900'000);
}

TEST_CASE("Integration: a VPC link must be named, by a stage at least") {
    RestApiFixture api;
    api.add_method();
    CHECK(not_put(api, http(R"({"connectionType":"VPC_LINK"})")).starts_with("400 "));
    CHECK(not_put(api, http(R"({"connectionType":"VPC_LINK","connectionId":"abc123"})"))
              .starts_with("400 "));
    CHECK(put(api, http(R"({"connectionType":"VPC_LINK","connectionId":"${stageVariables.link}"})"))
              .text("connectionType") == "VPC_LINK");
}

TEST_CASE("Integration: values outside a choice") {
    RestApiFixture api;
    api.add_method();
    CHECK(not_put(api, http(R"({"passthroughBehavior":"SOMETIMES"})")).starts_with("400 "));
    CHECK(not_put(api, http(R"({"responseTransferMode":"STREAM"})")).starts_with("400 "));
    CHECK(not_put(api, http(R"({"cacheKeyParameters":["header.A"]})")).starts_with("400 "));
    CHECK(not_put(api, http(R"({"requestTemplates":{"123":"x"}})")) ==
          "400 Validation Result: warnings : [], errors : [Invalid content type specified: 123]");
}

TEST_CASE("Integration: mapping expressions") {
    RestApiFixture api;
    api.add_method(
        R"({"authorizationType":"NONE","requestParameters":{"method.request.header.A":false,
        "method.request.querystring.q":false}})");
    const auto map = [](std::string_view key, std::string_view source) {
        return http(json::write(
            json::Object{{"requestParameters", json::Object{{std::string(key), source}}}}));
    };
    for (const char* source :
         {"method.request.header.A", "method.request.multivalueheader.A",
          "method.request.querystring.q", "method.request.body", "method.request.body.a.b[0].c",
          "context.identity.sourceIp", "stageVariables.x_1", "'static text'", "''"}) {
        CAPTURE(source);
        CHECK(put(api, map("integration.request.header.X", source)).find("requestParameters") !=
              nullptr);
    }
    for (const char* source :
         {"true", "", "method.request.", "method.request.bodyx", "stageVariables.", "context.",
          "'open", "integration.response.header.A", "'a\r\nb'"}) {
        CAPTURE(source);
        CHECK(not_put(api, map("integration.request.header.X", source)) == bad_mapping(source));
    }
    for (const char* key : {"integration.request.body.X", "header.X", "integration.request.header.",
                            "integration.request.header.a b"}) {
        CHECK(not_put(api, map(key, "'a'")) == bad_mapping(key));
    }
}

TEST_CASE(
    "Integration: a mapped parameter must be declared by the method, a path target by the "
    "address") {
    RestApiFixture api;
    api.add_method(
        R"({"authorizationType":"NONE","requestParameters":{"method.request.header.A":false}})");
    CHECK(
        not_put(
            api,
            http(
                R"({"requestParameters":{"integration.request.header.X":"method.request.header.B"}})")) ==
        undeclared("method.request.header.B"));
    CHECK(
        not_put(
            api,
            http(
                R"({"requestParameters":{"integration.request.header.X":"method.request.querystring.A"}})")) ==
        undeclared("method.request.querystring.A"));
    CHECK(not_put(api, http(R"({"requestParameters":{"integration.request.path.b":"'x'"}})")) ==
          undeclared("integration.request.path.b"));
}

TEST_CASE("Integration: what is not found") {
    RestApiFixture api;
    for (const char* operation :
         {"PutIntegration", "GetIntegration", "UpdateIntegration", "DeleteIntegration"}) {
        CAPTURE(operation);
        CHECK(api.call.refused(operation, api.in_method(R"({"restApiId":"none"})")) ==
              "404 Invalid Resource identifier specified");
        CHECK(api.call.refused(operation, api.in_method(R"({"resourceId":"none"})")) ==
              "404 Invalid Resource identifier specified");
        CHECK(api.call.refused(operation, api.in_method()) ==
              "404 Invalid Method identifier specified");
    }
    api.add_method();
    for (const char* operation : {"GetIntegration", "UpdateIntegration", "DeleteIntegration"}) {
        CHECK(api.call.refused(operation, api.in_method()) ==
              "404 Invalid Integration identifier specified");
    }
}

TEST_CASE("Integration: deleting it") {
    RestApiFixture api;
    api.add_mock();
    CHECK(api.call.ok("DeleteIntegration", api.in_method()) == json::Value(json::Object{}));
    CHECK(api.call.refused("GetIntegration", api.in_method()) ==
          "404 Invalid Integration identifier specified");
    CHECK(api.call.ok("GetMethod", api.in_method()).find("methodIntegration") == nullptr);
}

TEST_CASE("Integration: scalars are replaced, and an empty value brings the default back") {
    RestApiFixture api;
    api.add_method();
    put(api, http("{}"));
    json::Value after =
        patched_integration(api, R"([{"op":"replace","path":"/uri","value":"http://b"},
        {"op":"replace","path":"/httpMethod","value":"GET"},{"op":"replace","path":"/timeoutInMillis","value":"100"},
        {"op":"replace","path":"/passthroughBehavior","value":"NEVER"},
        {"op":"replace","path":"/contentHandling","value":"CONVERT_TO_BINARY"},
        {"op":"replace","path":"/cacheNamespace","value":"ns"},
        {"op":"replace","path":"/credentials","value":"arn:aws:iam::000000000000:role/r"},
        {"op":"replace","path":"/tlsConfig/insecureSkipVerification","value":"true"}])");
    CHECK(after.text("uri") == "http://b");
    CHECK(after.text("httpMethod") == "GET");
    CHECK(after.integer("timeoutInMillis") == 100);
    CHECK(after.text("contentHandling") == "CONVERT_TO_BINARY");
    CHECK(after.find("tlsConfig")->flag("insecureSkipVerification"));
    after = patched_integration(api, R"([{"op":"replace","path":"/timeoutInMillis","value":""},
        {"op":"replace","path":"/passthroughBehavior","value":""},{"op":"replace","path":"/contentHandling","value":""},
        {"op":"replace","path":"/cacheNamespace","value":""},{"op":"replace","path":"/credentials","value":""}])");
    CHECK(after.integer("timeoutInMillis") == 29'000);
    CHECK(after.text("passthroughBehavior") == "WHEN_NO_MATCH");
    CHECK(after.text("cacheNamespace") == api.root);
    CHECK(after.find("contentHandling") == nullptr);
    CHECK(after.find("credentials") == nullptr);
    CHECK(api.call.ok("GetIntegration", api.in_method()) == after);
}

TEST_CASE("Integration: keys of maps and lists are in the path") {
    RestApiFixture api;
    api.add_method(
        R"({"authorizationType":"NONE","requestParameters":{"method.request.querystring.q":false}})");
    put(api, http("{}"));
    json::Value after = patched_integration(api, R"([
        {"op":"add","path":"/cacheKeyParameters/method.request.querystring.q"},
        {"op":"add","path":"/requestParameters/integration.request.header.X","value":"'x'"},
        {"op":"add","path":"/requestTemplates/application~1json","value":"{}"}])");
    CHECK(json::write(*after.find("cacheKeyParameters")) == R"(["method.request.querystring.q"])");
    CHECK(after.find("requestParameters")->text("integration.request.header.X") == "'x'");
    CHECK(after.find("requestTemplates")->text("application/json") == "{}");
    after = patched_integration(api, R"([
        {"op":"remove","path":"/cacheKeyParameters/method.request.querystring.q"},
        {"op":"remove","path":"/requestParameters/integration.request.header.X"},
        {"op":"remove","path":"/requestTemplates/application~1json"}])");
    CHECK(json::write(*after.find("cacheKeyParameters")) == "[]");
    CHECK(after.find("requestParameters") == nullptr);
    CHECK(after.find("requestTemplates") == nullptr);
}

TEST_CASE("Integration: refusals of a patch") {
    RestApiFixture api;
    api.add_method();
    put(api, http("{}"));
    CHECK(not_patched(api, R"([{"op":"replace","path":"/type","value":"MOCK"}])") ==
          "400 Invalid patch path /type");
    CHECK(not_patched(api, R"([{"op":"replace","path":"/uri","value":"dummy"}])") ==
          "400 Invalid HTTP endpoint specified for URI");
    CHECK(not_patched(api, R"([{"op":"replace","path":"/httpMethod","value":""}])") ==
          "400 Enumeration value for HttpMethod must be non-empty");
    CHECK(not_patched(api, R"([{"op":"replace","path":"/timeoutInMillis","value":"text"}])") ==
          "400 Timeout should be between 50 ms and 29000 ms");
    CHECK(
        not_patched(
            api,
            R"([{"op":"replace","path":"/requestParameters/integration.request.header.X","value":"'x'"}])") ==
        "404 Invalid parameter name specified");
    CHECK(not_patched(api, R"([{"op":"remove","path":"/requestTemplates/application~1json"}])") ==
          "404 Content-Type specified was not found");
    CHECK(
        not_patched(
            api,
            R"([{"op":"add","path":"/requestParameters/integration.request.header.X","value":"x"}])") ==
        bad_mapping("x"));
}

TEST_CASE("Integration: a MOCK gets no target by patch") {
    RestApiFixture api;
    api.add_mock();
    CHECK(not_patched(api, R"([{"op":"replace","path":"/uri","value":"http://a"}])") ==
          "400 Invalid patch path /uri");
}

TEST_CASE("Integration: templates have a size, and so has the whole method") {
    RestApiFixture api;
    api.add_method();
    put(api, http("{}"));
    const auto add = [](int number, std::size_t bytes) {
        const json::Value operation =
            json::Object{{"op", "add"},
                         {"path", "/requestTemplates/a~1" + std::to_string(number)},
                         {"value", std::string(bytes, 'x')}};
        return json::write(json::Array{operation});
    };
    CHECK(not_patched(api, add(0, 300 * 1024 + 1)).starts_with("400 Mapping template"));
    for (int number = 1; number <= 3; ++number) patched_integration(api, add(number, 300 * 1024));
    CHECK(not_patched(api, add(4, 300 * 1024)).starts_with("400 The resource exceeds"));
}
