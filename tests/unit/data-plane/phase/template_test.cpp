// Mapping templates, body mappings and overrides, on the way to a back end and back.
#include <doctest/doctest.h>

#include "common/json/value.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

std::string method(std::string_view verb, std::string_view integration) {
    return "\"" + std::string(verb) + "\":{\"httpMethod\":\"" + std::string(verb) +
           R"(","authorizationType":"NONE","methodResponses":{"200":{"statusCode":"200"}},)"
           R"("methodIntegration":{)" +
           std::string(integration) + "}}";
}

std::string templates(std::string_view member, std::string_view text) {
    return ",\"" + std::string(member) + R"(":{"application/json":)" + json::quote(text) + "}";
}

/// One method of /a/{id} with stage variable color=red.
Gateway::Options one(const std::string& methods) {
    Gateway::Options options;
    options.resources = {{"/a/{id}", methods}};
    options.variables = {{"color", "red"}};
    return options;
}

/// HTTP with a request template, and a response that passes.
std::string custom(const FixedBackend& backend, std::string_view request_template,
                   std::string_view more = "") {
    return R"("type":"HTTP","httpMethod":"POST","uri":")" + backend.origin() +
           R"(/x/{seg}","integrationResponses":{"200":{"statusCode":"200"}})" +
           templates("requestTemplates", request_template) + std::string(more);
}

/// HTTP whose answer goes through a template.
std::string answering(const FixedBackend& backend, std::string_view response_template,
                      std::string_view response_members = "") {
    return R"("type":"HTTP","httpMethod":"GET","uri":")" + backend.origin() +
           R"(","integrationResponses":{"200":{"statusCode":"200")" +
           templates("responseTemplates", response_template) + std::string(response_members) + "}}";
}

/// MOCK: what its response template gives.
std::string mock(std::string_view request_template, std::string_view response_template) {
    return R"("type":"MOCK")" + templates("requestTemplates", request_template) +
           R"(,"integrationResponses":{"200":{"statusCode":"200")" +
           templates("responseTemplates", response_template) + "}}";
}

/// The body of a MOCK's answer to GET /prod/a/7?q=1&q=2 with header X-H.
std::string rendered(std::string_view response_template) {
    const Gateway gateway(one(method("GET", mock(R"({"statusCode": 200})", response_template))));
    return body_of(gateway.call("GET /prod/a/7?q=1&q=2&e=a%20b", "X-H: h1\r\n"));
}

}  // namespace

TEST_CASE("a request template makes the body that the back end gets") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(one(method(
        "POST",
        custom(
            backend,
            R"~({"all": $input.json('$'), "name": $input.json('$.name'), "id": "$input.params('id')", )~"
            R"~("q": "$input.params().querystring.get('q')", "v": "$stageVariables.color", )~"
            R"~("stage": "$context.stage", "first": "$input.path('$.list')[0]"})~"))));
    const std::string response =
        gateway.call("POST /prod/a/7?q=1&q=2", "Content-Type: application/json\r\n",
                     R"({"name": "x", "list": [1.0, 2]})");
    CHECK(status_of(response) == 200);
    CHECK(body_of(backend.last_request()) ==
          R"({"all": {"name":"x","list":[1.0,2]}, "name": "x", "id": "7", "q": "2", "v": "red", )"
          R"("stage": "prod", "first": "1.0"})");
}

TEST_CASE("an empty body counts as an empty object, another as text") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(
        one(method("POST", custom(backend, "$input.body|$input.json('$.a')|$input.path('$.a')"))));
    gateway.call("POST /prod/a/7");
    CHECK(body_of(backend.last_request()) == R"({}|""|)");
    gateway.call("POST /prod/a/7", "", "no json");
    CHECK(body_of(backend.last_request()) == R"(no json|""|)");
}

TEST_CASE("a template's overrides win over mapped values") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(one(method(
        "POST", custom(backend,
                       "#set($context.requestOverride.header.X-Mapped = \"over\")"
                       "#set($context.requestOverride.header.X-List = [\"a\", \"b\"])"
                       "#set($context.requestOverride.querystring.q = $input.params('q'))"
                       "#set($context.requestOverride.querystring.more = 5)"
                       "#set($context.requestOverride.path.seg = 'a/b')body",
                       R"(,"requestParameters":{"integration.request.header.x-mapped":"'mapped'",
                        "integration.request.header.X-Kept":"'kept'",
                        "integration.request.querystring.q":"'mapped'",
                        "integration.request.path.seg":"'mapped'"})"))));
    CHECK(status_of(gateway.call("POST /prod/a/7?q=over", "", "{}")) == 200);
    const std::string sent = backend.last_request();
    CHECK(sent.starts_with("POST /x/a%2Fb?q=over&more=5 HTTP/1.1\r\n"));
    CHECK(field_of(sent, "x-mapped") == "over");
    CHECK(count_of(sent, "x-mapped") == 1);
    CHECK(field_of(sent, "x-list") == "a,b");
    CHECK(field_of(sent, "x-kept") == "kept");
    CHECK(body_of(sent) == "body");
}

TEST_CASE("fields that must not be set fail the request, whoever sets them") {
    const FixedBackend backend(ok_answer());
    for (const std::string_view name : {"Content-Length", "Transfer-Encoding", "X-Amzn-Trace-Id"}) {
        const Gateway gateway(
            one(method("POST", custom(backend, "#set($context.requestOverride.header." +
                                                   std::string(name) + " = '1')"))));
        CHECK(status_of(gateway.call("POST /prod/a/7", "", "{}")) == 500);
    }
    CHECK(backend.accepted() == 0);
}

TEST_CASE("parameters are mapped from the body") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(one(method("POST", custom(backend, "t", R"(,"requestParameters":{
        "integration.request.header.X-Name":"method.request.body.pets[0].name",
        "integration.request.header.X-Object":"method.request.body.pets[0]",
        "integration.request.header.X-Missing":"method.request.body.none",
        "integration.request.querystring.all":"method.request.body"})"))));
    CHECK(status_of(gateway.call("POST /prod/a/7", "", R"({"pets":[{"name":"rex"}]})")) == 200);
    const std::string sent = backend.last_request();
    CHECK(field_of(sent, "x-name") == "rex");
    CHECK(field_of(sent, "x-object") == R"({"name":"rex"})");
    CHECK(field_of(sent, "x-missing") == "(absent)");
    CHECK(sent.find("?all=%7B%22pets%22%3A%5B%7B%22name%22%3A%22rex%22%7D%5D%7D ") !=
          std::string::npos);

    const std::string broken = gateway.call("POST /prod/a/7", "", "{\"pets\":");
    CHECK(status_of(broken) == 400);
    CHECK(body_of(broken) == R"({"message":"Invalid JSON in request body"})");
    CHECK(field_of(broken, "x-amzn-errortype") == "BadRequestException");
    CHECK(status_of(gateway.call("POST /prod/a/7", "", "plain text")) == 200);
    CHECK(field_of(backend.last_request(), "x-name") == "(absent)");
}

TEST_CASE("a response template sees the back end's answer and the caller's parameters") {
    const FixedBackend backend(ok_answer(R"({"items":[{"n":1},{"n":2}],"s":"a\"b"})"));
    const Gateway gateway(one(method(
        "GET", answering(backend,
                         "#foreach($i in $input.path('$.items'))$i.n#if($foreach.hasNext),#end#end"
                         " $input.params('id') $util.escapeJavaScript($input.path('$.s'))",
                         R"(,"responseParameters":{"method.response.header.X-First":
                             "integration.response.body.items[0].n"})"))));
    const std::string response = gateway.call("GET /prod/a/7");
    CHECK(status_of(response) == 200);
    CHECK(body_of(response) == R"(1,2 7 a\"b)");
    CHECK(field_of(response, "x-first") == "1");
    CHECK(field_of(response, "content-type") == "application/json");
}

TEST_CASE("a response template sets status and fields") {
    const FixedBackend backend(ok_answer("{}"));
    const Gateway gateway(one(method(
        "GET",
        answering(backend,
                  "#set($context.responseOverride.status = 418)"
                  "#set($context.responseOverride.header.X-Mapped = 'over')"
                  "#set($context.responseOverride.header.Content-Type = 'text/tea')short",
                  R"(,"responseParameters":{"method.response.header.X-Mapped":"'mapped'"})"))));
    const std::string response = gateway.call("GET /prod/a/7");
    CHECK(status_of(response) == 418);
    CHECK(body_of(response) == "short");
    CHECK(field_of(response, "x-mapped") == "over");
    CHECK(count_of(response, "x-mapped") == 1);
    CHECK(field_of(response, "content-type") == "text/tea");
    CHECK(count_of(response, "content-type") == 1);
}

TEST_CASE("a status that is none is not taken") {
    for (const std::string_view status : {"99", "600", "'x'", "200.5", "[1]"}) {
        CAPTURE(status);
        const Gateway gateway(one(method(
            "GET", mock(R"({"statusCode": 200})",
                        "#set($context.responseOverride.status = " + std::string(status) + ")b"))));
        CHECK(status_of(gateway.call("GET /prod/a/7")) == 200);
    }
}

TEST_CASE("a MOCK's request template decides, and what it set holds for the answer") {
    const Gateway gateway(
        one(method("POST", mock("#set($context.requestOverride.path.p = 'kept')"
                                "#set($context.responseOverride.header.X-Set = 'early')"
                                "{\"statusCode\": #if($input.path('$.ok'))200#{else}500#end}",
                                "$context.requestOverride.path.p"))));
    const std::string response = gateway.call("POST /prod/a/7", "", R"({"ok": true})");
    CHECK(status_of(response) == 200);
    CHECK(body_of(response) == "kept");
    CHECK(field_of(response, "x-set") == "early");
    CHECK(status_of(gateway.call("POST /prod/a/7", "", R"({"ok": false})")) == 200);
}

TEST_CASE("a MOCK's request template that fails is a failure of mapping, before any call") {
    for (const std::string_view broken :
         {"#set($context.requestOverride.header['no name'] = 'x'){\"statusCode\": 200}",
          "#set($context.requestOverride.header.Transfer-Encoding = 'x'){\"statusCode\": 200}"}) {
        CAPTURE(std::string(broken));
        const Gateway gateway(one(method("GET", mock(broken, "b"))));
        CHECK(status_of(gateway.call("GET /prod/a/7")) == 500);
        CHECK(gateway.logged().back().phase == "map_request");
    }
}

TEST_CASE("the context is what the service tells, and prints nothing as a whole") {
    CHECK(rendered("$context.resourcePath $context.httpMethod $context.apiId") ==
          "/a/{id} GET abc123");
    CHECK(rendered("[$context.identity][$context.requestOverride][$context.responseOverride][$"
                   "context.none]") == "[][][][]");
    CHECK(
        rendered("#foreach($k in $context.keySet())$k #end") ==
        "resourceId resourcePath httpMethod extendedRequestId requestTime path accountId protocol "
        "requestOverride stage domainPrefix requestTimeEpoch requestId identity domainName "
        "deploymentId "
        "responseOverride apiId ");
    CHECK(rendered("$context.requestOverride.keySet()") == R"(["path","header","querystring"])");
    CHECK(rendered("$context.responseOverride.keySet()") == R"(["header"])");
    CHECK(rendered("#foreach($k in $context.authorizer.keySet())$k#end.") == ".");
    CHECK(rendered("$context.identity.keySet().size()") == "12");
    CHECK(rendered("$context.get('stage') $context.identity.sourceIp") == "prod 127.0.0.1");
}

TEST_CASE("parameters are found in path, query and header, in this order") {
    CHECK(rendered(
              "$input.params('id') $input.params('q') $input.params('e') $input.params('x-h')") ==
          "7 2 a b h1");
    CHECK(rendered("[$input.params('none')]") == "[]");
    CHECK(rendered("$input.params().path.id $input.params().header.get('X-H') "
                   "$input.params().querystring.q") == "7 h1 2");
}

TEST_CASE("the console's template for all parameters works") {
    const std::string text = rendered(
        "#set($allParams = $input.params())\n{\n"
        "#foreach($type in $allParams.keySet())\n#set($params = $allParams.get($type))\n"
        "\"$type\" : {\n"
        "#foreach($paramName in $params.keySet())\n"
        "\"$paramName\" : \"$util.escapeJavaScript($params.get($paramName))\"\n"
        "#if($foreach.hasNext),#end\n#end\n}\n#if($foreach.hasNext),#end\n#end\n}");
    const auto value = json::parse(text);
    REQUIRE_MESSAGE(value.has_value(), text);
    CHECK(value->object("path").find("id")->as_string() == "7");
    CHECK(value->object("querystring").find("q")->as_string() == "2");
    CHECK(value->object("header").find("X-H")->as_string() == "h1");
}

TEST_CASE("a template that fails answers 500 and tells where in the log") {
    const FixedBackend backend(ok_answer("{}"));
    for (const std::string_view broken : {"line\n#if(true) no end", "line\n$util.parseJson('{')"}) {
        CAPTURE(broken);
        const Gateway request(one(method("POST", custom(backend, broken))));
        const std::string response = request.call("POST /prod/a/7", "", "{}");
        CHECK(status_of(response) == 500);
        CHECK(body_of(response) == R"({"message": "Internal server error"})");
        CHECK(request.logged().back().detail.find("application/json") != std::string::npos);
        CHECK(request.logged().back().detail.find("line 2") != std::string::npos);
        CHECK(request.logged().back().detail.starts_with(
            "Execution failed due to configuration error: Unable to transform request: "));
        const Gateway answer(one(method("GET", answering(backend, broken))));
        CHECK(status_of(answer.call("GET /prod/a/7")) == 500);
    }
}

TEST_CASE("an answer that is no JSON fails a mapping of its body") {
    const FixedBackend backend(ok_answer("{\"a\":"));
    const Gateway gateway(one(method("GET", answering(backend, "t", R"(,"responseParameters":{
        "method.response.header.X":"integration.response.body.a"})"))));
    const std::string response = gateway.call("GET /prod/a/7");
    CHECK(status_of(response) == 500);
    CHECK(field_of(response, "x-amzn-errortype") == "InternalFailureException");
}

TEST_CASE("a template that asks for it reads and writes XML") {
    const FixedBackend backend(
        ok_answer("<pets><pet id='1'>rex</pet><pet id='2'>tom</pet></pets>"));
    const Gateway gateway(one(method(
        "GET",
        answering(backend,
                  "## turnpike: parseXml, toXml\n"
                  "#set($doc = $util.parseXml($input.body))"
                  "#foreach($pet in $doc.pets.pet)$pet[\"#text\"]#if($foreach.hasNext),#end#end "
                  "$util.toXml({\"first\": $doc.pets.pet[0][\"@id\"]})"))));
    CHECK(body_of(gateway.call("GET /prod/a/7")) == "rex,tom <first>1</first>");
    const Gateway off(one(method("GET", answering(backend, "[$util.parseXml($input.body)]"))));
    CHECK(body_of(off.call("GET /prod/a/7")) == "[]");
}
