// What templates override, and what mappings do with values that are missing or not allowed.
#include <doctest/doctest.h>

#include "common/json/value.hpp"
#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

std::string text_member(std::string_view member, std::string_view text) {
    return ",\"" + std::string(member) + R"(":{"application/json":)" + json::quote(text) + "}";
}

std::string member(std::string_view name, std::string_view value) {
    return value.empty() ? "" : ",\"" + std::string(name) + "\":{" + std::string(value) + "}";
}

Gateway::Options method(std::string_view path, std::string_view integration) {
    Gateway::Options options;
    options.resources = {
        {std::string(path), R"("POST":{"httpMethod":"POST","authorizationType":"NONE",
        "methodResponses":{"200":{"statusCode":"200"}},"methodIntegration":{)" +
                                std::string(integration) + "}}"}};
    return options;
}

/// HTTP to `uri` with a request template and mappings.
Gateway::Options sending(const std::string& uri, std::string_view text,
                         std::string_view mappings = "", std::string_view path = "/a/{id}") {
    return method(path, R"("type":"HTTP","httpMethod":"POST","uri":")" + uri +
                            R"(","integrationResponses":{"200":{"statusCode":"200"}})" +
                            text_member("requestTemplates", text) +
                            member("requestParameters", mappings));
}

/// MOCK with both templates and mappings of both sides.
Gateway::Options mock(std::string_view request_text, std::string_view response_text,
                      std::string_view request_mappings = "",
                      std::string_view response_mappings = "") {
    return method("/a/{id}", R"("type":"MOCK","integrationResponses":{"200":{"statusCode":"200")" +
                                 text_member("responseTemplates", response_text) +
                                 member("responseParameters", response_mappings) + "}}" +
                                 text_member("requestTemplates", request_text) +
                                 member("requestParameters", request_mappings));
}

constexpr std::string_view kOk = R"({"statusCode": 200})";

std::string target_of(std::string_view request) {
    const std::size_t start = request.find(' ') + 1;
    return std::string(request.substr(start, request.find(' ', start) - start));
}

}  // namespace

TEST_CASE("a template that overrides one parameter twice fails") {
    for (const std::string_view twice :
         {"#set($context.requestOverride.header.X = 'a')#set($context.requestOverride.header.x = "
          "'b')",
          "#set($context.requestOverride.path.p = 'a')#set($context.requestOverride.path.p = 'a')",
          "#foreach($i in [1, 2])#set($context.requestOverride.querystring['q'] = $i)#end",
          "#set($context.responseOverride.header.X = 'a')#set($context.responseOverride.header.X = "
          "'b')",
          "#set($context.responseOverride.status = 201)#set($context.responseOverride.status = "
          "202)"}) {
        CAPTURE(twice);
        const Gateway request(mock(std::string(twice) + std::string(kOk), "t"));
        CHECK(status_of(request.call("POST /prod/a/1")) == 500);
        CHECK(request.logged().back().detail.ends_with("is set more than once"));
        const Gateway response(mock(kOk, twice));
        CHECK(status_of(response.call("POST /prod/a/1")) == 500);
    }
}

TEST_CASE("a template overrides a bounded number of parameters") {
    const std::string many =
        "#foreach($i in [1..1000])#set($context.requestOverride.path[\"p$i\"] = 'v')#end";
    CHECK(status_of(Gateway(mock(many + std::string(kOk), "t")).call("POST /prod/a/1")) == 200);
    const Gateway more(
        mock(many + "#set($context.requestOverride.path.more = 'v')" + std::string(kOk), "t"));
    CHECK(status_of(more.call("POST /prod/a/1")) == 500);
    CHECK(more.logged().back().detail.ends_with("too many overrides"));
}

TEST_CASE("an override that does not fit into memory or into a head fails its request only") {
    const FixedBackend backend(ok_answer());
    std::string body = "[";
    for (int i = 0; i < 700'000; ++i) body += "\"aaaaaaaaaa\",";
    body += "1]";
    for (const std::string_view target :
         {"requestOverride.header.X", "requestOverride.querystring.q", "requestOverride.path.id",
          "responseOverride.header.X"}) {
        CAPTURE(target);
        const std::string set = "#set($context." + std::string(target) + " = $input.path('$'))";
        const Gateway gateway(sending(backend.origin() + "/{id}", set));
        CHECK(status_of(gateway.call("POST /prod/a/1", "", body)) == 500);
    }
    std::string many;
    for (const char name : {'A', 'B', 'C', 'D', 'E', 'F'}) {
        many +=
            "#set($context.requestOverride.header." + std::string(1, name) + " = $input.path('$'))";
    }
    const Gateway full(mock(many + std::string(kOk), "t"));
    CHECK(status_of(full.call("POST /prod/a/1", "", body)) == 500);
    CHECK(full.logged().back().detail.ends_with("the template needs too much memory"));
    const Gateway mapped(mock(kOk,
                              "#set($context.responseOverride.header.X = $input.params('q'))"
                              "$context.stage"));
    CHECK(body_of(mapped.call("POST /prod/a/1?q=" + std::string(9'000, 'x'))) == "prod");
}

TEST_CASE("a list that holds itself ends an override") {
    const Gateway gateway(
        mock("#set($l = [])#set($x = $l.add($l))#set($x = $l.add($l))"
             "#set($context.responseOverride.header.X = $l)" +
                 std::string(kOk),
             "t"));
    CHECK(status_of(gateway.call("POST /prod/a/1")) == 500);
}

TEST_CASE("different parameters may have one name, and both templates may set one") {
    const Gateway gateway(mock(
        "#set($context.requestOverride.header.X = 'a')#set($context.requestOverride.path.X = 'b')"
        "#set($context.requestOverride.path.x = 'c')#set($context.responseOverride.status = 201)"
        "#set($context.responseOverride.header.X = 'early')" +
            std::string(kOk),
        "#set($context.responseOverride.status = 202)"
        "#set($context.responseOverride.header.x = 'late')"
        "$context.requestOverride.path.X$context.requestOverride.path.x"));
    const std::string response = gateway.call("POST /prod/a/1");
    CHECK(status_of(response) == 202);
    CHECK(field_of(response, "x") == "late");
    CHECK(count_of(response, "x") == 1);
    CHECK(body_of(response) == "bc");
}

TEST_CASE("an empty override takes a mapped parameter away") {
    const FixedBackend backend(ok_answer());
    const Gateway request(sending(backend.origin() + "/x",
                                  "#set($context.requestOverride.header.X = '')"
                                  "#set($context.requestOverride.header.Host = '')"
                                  "#set($context.requestOverride.header.Accept = '')"
                                  "#set($context.requestOverride.querystring.q = '')b",
                                  R"("integration.request.header.X":"'m'",
                                  "integration.request.header.Host":"'h'",
                                  "integration.request.header.Accept":"'text/x'",
                                  "integration.request.querystring.q":"'m'")"));
    CHECK(status_of(request.call("POST /prod/a/1")) == 200);
    const std::string sent = backend.last_request();
    CHECK(target_of(sent) == "/x");
    CHECK(field_of(sent, "x") == "(absent)");
    CHECK("http://" + field_of(sent, "host") == backend.origin());
    CHECK(field_of(sent, "accept") == "application/json");

    const Gateway response(
        mock(kOk,
             "#set($context.responseOverride.header.X = '')"
             "#set($context.responseOverride.header.Date = '')b",
             "", R"("method.response.header.X":"'m'","method.response.header.Date":"'d'")"));
    const std::string answer = response.call("POST /prod/a/1");
    CHECK(field_of(answer, "x") == "(absent)");
    CHECK(field_of(answer, "x-amzn-remapped-date") == "(absent)");
}

TEST_CASE("an override replaces a mapped field under its new name, too") {
    const Gateway gateway(mock(kOk, "#set($context.responseOverride.header.date = 'o')b", "",
                               R"("method.response.header.Date":"'m'")"));
    const std::string response = gateway.call("POST /prod/a/1");
    CHECK(field_of(response, "x-amzn-remapped-date") == "o");
    CHECK(count_of(response, "x-amzn-remapped-date") == 1);
}

TEST_CASE("overrides can be read, listed, put and taken back") {
    const Gateway gateway(
        mock("#define($made)m$stageVariables.none#end"
             "#set($context.requestOverride.path.made = $made)"
             "#set($none = $context.requestOverride.path.put('p', 'v'))"
             "#set($none = $context.requestOverride.path.putAll({'q': [1, 'x'], 'r': 'gone'}))"
             "#set($none = $context.requestOverride.path.remove('r'))" +
                 std::string(kOk),
             "$context.requestOverride.path.keySet() $context.requestOverride.path.get('p') "
             "$context.requestOverride.path.q[1] $context.requestOverride.path.made"
             "#foreach($v in $context.requestOverride.path) $v#end"));
    CHECK(body_of(gateway.call("POST /prod/a/1")) == R"(["made","p","q"] v x m m v [1,"x"])");
}

TEST_CASE("a status that would keep the caller waiting is not taken") {
    const Gateway gateway(mock(kOk, "#set($context.responseOverride.status = 100)b"));
    CHECK(status_of(gateway.call("POST /prod/a/1")) == 200);
    const Gateway configured(
        method("/a/{id}", R"("type":"MOCK","integrationResponses":{"101":{"statusCode":"101"}})" +
                              text_member("requestTemplates", kOk)));
    CHECK(status_of(configured.call("POST /prod/a/1")) == 500);
}

TEST_CASE("a header that must not be set fails a MOCK, too") {
    CHECK(status_of(Gateway(mock(kOk, "b", R"("integration.request.header.Content-Length":"'1'")"))
                        .call("POST /prod/a/1")) == 500);
    CHECK(status_of(
              Gateway(mock(kOk, "b",
                           R"("integration.request.header.Content-Length":"stageVariables.none")"))
                  .call("POST /prod/a/1")) == 200);
    CHECK(status_of(Gateway(mock("#set($context.requestOverride.header.Transfer-Encoding = 'x')" +
                                     std::string(kOk),
                                 "b"))
                        .call("POST /prod/a/1")) == 500);
}

TEST_CASE("a path parameter without a value leaves its placeholder") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(
        sending(backend.origin() + "/x/{empty}/{none}/{id}", "b",
                R"("integration.request.path.empty":"method.request.querystring.q",
                                  "integration.request.path.id":"method.request.path.id")"));
    CHECK(status_of(gateway.call("POST /prod/a/1?q=")) == 200);
    CHECK(target_of(backend.last_request()) == "/x/{empty}/{none}/1");
}

TEST_CASE("an override of a path that takes the rest keeps its slashes") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(sending(
        backend.origin() + "/x/{rest}", "#set($context.requestOverride.path.rest = 'a b/c')",
        R"("integration.request.path.rest":"method.request.path.proxy")", "/{proxy+}"));
    gateway.call("POST /prod/1/2");
    CHECK(target_of(backend.last_request()) == "/x/a%20b/c");
}

TEST_CASE("fields that no integration sees cannot be mapped, nor can a signature") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(sending(backend.origin(), "b",
                                  R"("integration.request.header.X-Te":"method.request.header.TE",
                                  "integration.request.header.X-All":"method.request.multivalueheader.Connection",
                                  "integration.request.header.X-Host":"method.request.header.Host",
                                  "integration.request.header.Authorization":"method.request.header.Authorization")"));
    gateway.call("POST /prod/a/1", "TE: trailers\r\nAuthorization: AWS4-HMAC-SHA256 x\r\n");
    std::string sent = backend.last_request();
    CHECK(field_of(sent, "x-te") == "(absent)");
    CHECK(field_of(sent, "x-all") == "(absent)");
    CHECK(field_of(sent, "x-host").starts_with("abc123."));
    CHECK(field_of(sent, "authorization") == "(absent)");
    gateway.call("POST /prod/a/1", "Authorization: Bearer t\r\n");
    CHECK(field_of(backend.last_request(), "authorization") == "Bearer t");
}

TEST_CASE("an empty body is mapped as an empty object, and sent as nothing") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(method("/a", R"("type":"HTTP","httpMethod":"POST","uri":")" +
                                           backend.origin() +
                                           R"(","integrationResponses":{"200":{"statusCode":"200"}},
            "requestParameters":{"integration.request.header.X":"method.request.body"})"));
    CHECK(status_of(gateway.call("POST /prod/a")) == 200);
    CHECK(field_of(backend.last_request(), "x") == "{}");
    CHECK(body_of(backend.last_request()).empty());
}

TEST_CASE("mappings see the body after its conversion") {
    const FixedBackend backend(ok_answer());
    Gateway::Options options = method(
        "/a", R"("type":"HTTP","httpMethod":"POST","contentHandling":"CONVERT_TO_TEXT","uri":")" +
                  backend.origin() + R"(","integrationResponses":{"200":{"statusCode":"200"}},
                  "requestParameters":{"integration.request.header.X":"method.request.body"})");
    options.rest_api_members = R"(,"binaryMediaTypes":["image/png"])";
    const Gateway gateway(options);
    CHECK(status_of(gateway.call("POST /prod/a", "Content-Type: image/png\r\n", "{\xff")) == 200);
    CHECK(field_of(backend.last_request(), "x") == "e/8=");
    CHECK(body_of(backend.last_request()) == "e/8=");
}
