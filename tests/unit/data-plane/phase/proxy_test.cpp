// HTTP_PROXY: what the back end gets, and what the caller gets.
#include <doctest/doctest.h>

#include "tests/unit/data-plane/phase/gateway_fixture.hpp"

using namespace turnpike;
using namespace turnpike::test;

namespace {

Gateway::Options proxy(const std::string& uri, std::string_view more = "",
                       std::string_view verb = "ANY", std::string_view path = "/{proxy+}") {
    Gateway::Options options;
    options.resources = {{std::string(path), proxy_method(verb, uri, more)}};
    return options;
}

std::string target_of(std::string_view request) {
    const std::size_t start = request.find(' ') + 1;
    return std::string(request.substr(start, request.find(' ', start) - start));
}

constexpr std::string_view kProxyPath =
    R"(,"requestParameters":{"integration.request.path.proxy":"method.request.path.proxy"})";

}  // namespace

TEST_CASE("a request passes with its fields, the gateway's own added") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin() + "/base/{proxy}", kProxyPath));
    const std::string response =
        gateway.call("GET /prod/a/b?x=1&y=%20",
                     "X-Custom: one\r\nUser-Agent: test\r\nAccept: text/plain\r\nx-api-key: k\r\n");
    CHECK(status_of(response) == 200);
    CHECK(body_of(response) == "hello");
    const std::string sent = backend.last_request();
    CHECK(sent.starts_with("GET /base/a/b?x=1&y=%20 HTTP/1.1\r\n"));
    CHECK("http://" + field_of(sent, "host") == backend.origin());
    CHECK(field_of(sent, "x-custom") == "one");
    CHECK(field_of(sent, "x-api-key") == "k");
    CHECK(field_of(sent, "user-agent") == "test");
    CHECK(field_of(sent, "accept") == "text/plain");
    CHECK(field_of(sent, "x-amzn-apigateway-api-id") == "abc123");
    CHECK(field_of(sent, "x-amzn-trace-id").starts_with("Root=1-"));
    CHECK(field_of(sent, "x-forwarded-for") == "(absent)");
    CHECK(field_of(sent, "content-length") == "(absent)");
}

TEST_CASE("Accept and User-Agent are made up for callers that send none") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin()));
    gateway.call("GET /prod/a");
    const std::string sent = backend.last_request();
    CHECK(sent.starts_with("GET / HTTP/1.1\r\n"));
    CHECK(field_of(sent, "accept") == "application/json");
    CHECK(field_of(sent, "user-agent") == "AmazonAPIGateway_abc123");
}

TEST_CASE("fields of the caller's connection and of the gateway do not pass") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin()));
    gateway.raw(
        "GET /prod/a HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\nConnection: close, X-Hop\r\n"
        "X-Hop: 1\r\nTE: trailers\r\nMax-Forwards: 3\r\nVia: 1.1 x\r\nServer: s\r\n"
        "Content-MD5: q\r\nWWW-Authenticate: w\r\nProxy-Authenticate: p\r\nKeep-Alive: 3\r\n"
        "X-Amzn-Apigateway-Api-Id: forged\r\nX-Amzn-Trace-Id: Root=1-5-6;Sampled=1\r\n"
        "X-HTTP-Method-Override: GET\r\nAuthorization: AWS4-HMAC-SHA256 Credential=x\r\n\r\n");
    const std::string sent = backend.last_request();
    for (const std::string_view name :
         {"x-hop", "te", "max-forwards", "via", "server", "content-md5", "www-authenticate",
          "proxy-authenticate", "keep-alive", "x-http-method-override", "authorization"}) {
        CAPTURE(name);
        CHECK(field_of(sent, name) == "(absent)");
    }
    CHECK(field_of(sent, "connection") == "keep-alive");
    CHECK(count_of(sent, "x-amzn-apigateway-api-id") == 1);
    CHECK(field_of(sent, "x-amzn-apigateway-api-id") == "abc123");
    CHECK(field_of(sent, "x-amzn-trace-id").starts_with("Root=1-5-6;Parent="));
    CHECK(field_of(sent, "x-amzn-trace-id").ends_with(";Sampled=1"));
}

TEST_CASE("an Authorization that is no signature passes") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin()));
    gateway.call("GET /prod/a", "Authorization: Bearer t\r\n");
    CHECK(field_of(backend.last_request(), "authorization") == "Bearer t");
}

TEST_CASE("several values of one field are joined") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin()));
    gateway.call("GET /prod/a", "X-A: 1\r\nX-B: 2\r\nx-a: 3\r\nCookie: a=1\r\nCookie: b=2\r\n");
    const std::string sent = backend.last_request();
    CHECK(field_of(sent, "x-a") == "1,3");
    CHECK(count_of(sent, "x-a") == 1);
    CHECK(field_of(sent, "x-b") == "2");
    CHECK(field_of(sent, "cookie") == "a=1; b=2");
}

TEST_CASE("mapped parameters are added and win over the caller's") {
    const FixedBackend backend(ok_answer());
    Gateway::Options options = proxy(backend.origin() + "/{id}/{other}", R"(,"requestParameters":{
        "integration.request.path.id":"method.request.path.proxy",
        "integration.request.header.X-Static":"'fixed'",
        "integration.request.header.X-Stage":"stageVariables.color",
        "integration.request.header.X-Api":"context.apiId",
        "integration.request.header.X-Ip":"context.identity.sourceIp",
        "integration.request.header.X-Query":"method.request.querystring.q",
        "integration.request.header.X-All":"method.request.multivaluequerystring.q",
        "integration.request.header.X-Mine":"method.request.header.X-Yours",
        "integration.request.header.X-Missing":"method.request.header.X-None",
        "integration.request.header.Host":"'virtual.example'",
        "integration.request.header.Via":"'1.1 me'",
        "integration.request.querystring.mapped":"method.request.path.proxy",
        "integration.request.querystring.many":"method.request.multivaluequerystring.q",
        "integration.request.querystring.none":"method.request.querystring.none"})");
    options.variables = {{"color", "blue"}};
    const Gateway gateway(options);
    gateway.call("GET /prod/a%20b%2Fc/d?q=1&q=2%26",
                 "X-Static: caller\r\nX-Yours: y1\r\nx-yours: y2\r\nX-Missing: kept\r\n");
    const std::string sent = backend.last_request();
    CHECK(target_of(sent) == "/a%20b/c/d/{other}?q=1&q=2%26&mapped=a%20b%2Fc%2Fd&many=1&many=2%26");
    CHECK(field_of(sent, "x-static") == "fixed");
    CHECK(count_of(sent, "x-static") == 1);
    CHECK(field_of(sent, "x-stage") == "blue");
    CHECK(field_of(sent, "x-api") == "abc123");
    CHECK(field_of(sent, "x-ip") == "127.0.0.1");
    CHECK(field_of(sent, "x-query") == "2&");
    CHECK(field_of(sent, "x-all") == "1,2&");
    CHECK(field_of(sent, "x-mine") == "y2");
    CHECK(field_of(sent, "x-missing") == "kept");
    CHECK(field_of(sent, "host") == "virtual.example");
    CHECK(field_of(sent, "via") == "(absent)");
}

TEST_CASE("a mapped value cannot break out of its field or its line") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin() + "/{id}", R"(,"requestParameters":{
        "integration.request.path.id":"method.request.path.proxy",
        "integration.request.header.X-Q":"method.request.querystring.q"})"));
    gateway.call("GET /prod/a%0D%0AX:y?q=1%0d%0aInjected:%20yes");
    const std::string sent = backend.last_request();
    CHECK(target_of(sent).starts_with("/a%0D%0AX%3Ay?"));
    CHECK(field_of(sent, "x-q") == "(absent)");
    CHECK(field_of(sent, "injected") == "(absent)");
}

TEST_CASE("a query in the URI comes first, then the caller's and the mapped one") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin() + "/x?testVar={p}", R"(,"requestParameters":{
        "integration.request.path.p":"method.request.path.proxy",
        "integration.request.querystring.testVar":"'mapped'"})"));
    gateway.call("GET /prod/foobar?testVar=bar;other=1");
    CHECK(target_of(backend.last_request()) ==
          "/x?testVar=foobar&testVar=bar&other=1&testVar=mapped");
}

TEST_CASE("headers that must not be mapped fail the request") {
    const FixedBackend backend(ok_answer());
    for (const std::string name :
         {"Content-Length", "transfer-encoding", "X-Amzn-Trace-Id", "x-amzn-apigateway-api-id"}) {
        CAPTURE(name);
        const Gateway gateway(
            proxy(backend.origin(),
                  R"(,"requestParameters":{"integration.request.header.)" + name + R"(":"'1'"})"));
        const std::string response = gateway.call("GET /prod/a");
        CHECK(status_of(response) == 500);
        CHECK(body_of(response) == R"({"message": "Internal server error"})");
        CHECK(field_of(response, "x-amzn-ErrorType") == "InternalServerErrorException");
        CHECK(gateway.logged().back().detail ==
              "Execution failed due to configuration error: " + name + " header already present");
    }
    CHECK(backend.accepted() == 0);
}

TEST_CASE("stage variables fill the URI") {
    const FixedBackend backend(ok_answer());
    Gateway::Options options = proxy("http://${stageVariables.host}/${stageVariables.none}x");
    options.variables = {{"host", backend.origin().substr(7)}};
    CHECK(status_of(Gateway(options).call("GET /prod/a")) == 200);
    CHECK(target_of(backend.last_request()) == "/x");
}

TEST_CASE("an address that is none is an internal error") {
    for (const std::string_view uri : {"http://${stageVariables.none}/x", "ftp://127.0.0.1/",
                                       "http:///x", "http://no.such.name/"}) {
        CAPTURE(uri);
        const Gateway gateway(proxy(std::string(uri)));
        const std::string response = gateway.call("GET /prod/a");
        CHECK(status_of(response) == 500);
        CHECK(body_of(response) == R"({"message": "Internal server error"})");
        CHECK(gateway.logged().back().detail ==
              "Execution failed due to configuration error: Invalid endpoint address");
    }
}

TEST_CASE("the back end's fields are renamed or dropped on the way") {
    const FixedBackend backend(
        "HTTP/1.1 201 Sure\r\nDate: then\r\nServer: s\r\nConnection: keep-alive\r\nVia: v\r\n"
        "Content-Length: 2\r\nContent-Type: text/x\r\nWWW-Authenticate: Basic\r\nKeep-Alive: 5\r\n"
        "Upgrade: h2c\r\nx-amzn-RequestId: theirs\r\nX-Amzn-Trace-Id: t\r\nSet-Cookie: a=1\r\n"
        "Set-Cookie: b=2\r\nContent-Encoding: identity\r\nAccess-Control-Allow-Origin: "
        "*\r\n\r\nok");
    const Gateway gateway(proxy(backend.origin()));
    const std::string response = gateway.call("GET /prod/a");
    CHECK(status_of(response) == 201);
    CHECK(body_of(response) == "ok");
    CHECK(field_of(response, "x-amzn-Remapped-Date") == "then");
    CHECK(field_of(response, "date") != "then");
    CHECK(field_of(response, "x-amzn-Remapped-Server") == "s");
    CHECK(field_of(response, "server") == "(absent)");
    CHECK(field_of(response, "x-amzn-Remapped-Connection") == "keep-alive");
    CHECK(field_of(response, "x-amzn-Remapped-Content-Length") == "2");
    CHECK(field_of(response, "content-length") == "2");
    CHECK(field_of(response, "x-amzn-Remapped-WWW-Authenticate") == "Basic");
    CHECK(field_of(response, "x-amzn-Remapped-x-amzn-RequestId") == "theirs");
    CHECK(count_of(response, "x-amzn-RequestId") == 1);
    CHECK(field_of(response, "x-amzn-trace-id") == "t");
    CHECK(field_of(response, "via") == "(absent)");
    CHECK(field_of(response, "keep-alive") == "(absent)");
    CHECK(field_of(response, "upgrade") == "(absent)");
    CHECK(field_of(response, "content-encoding") == "(absent)");
    CHECK(field_of(response, "content-type") == "text/x");
    CHECK(count_of(response, "set-cookie") == 2);
    CHECK(field_of(response, "access-control-allow-origin") == "*");
}

TEST_CASE("an answer without Content-Type is called JSON") {
    const FixedBackend backend("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    const Gateway gateway(proxy(backend.origin()));
    CHECK(field_of(gateway.call("GET /prod/a"), "content-type") == "application/json");
}

TEST_CASE("statuses without a body end with their head") {
    const FixedBackend no_content("HTTP/1.1 204 No Content\r\n\r\n");
    const FixedBackend not_modified(
        "HTTP/1.1 304 Not Modified\r\nETag: e\r\nContent-Length: 9\r\n\r\n");
    Gateway::Options options;
    options.resources = {{"/a", proxy_method("GET", no_content.origin())},
                         {"/b", proxy_method("GET", not_modified.origin())}};
    const Gateway gateway(options);
    Peer peer = gateway.connect();
    for (const auto& [path, status] : std::map<std::string, int>{{"a", 204}, {"b", 304}}) {
        peer.send("GET /prod/" + path + " HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n\r\n");
        CHECK(status_of(peer.read_head()) == status);
    }
}

TEST_CASE("HEAD tells the length of a body that nobody sends") {
    const FixedBackend backend("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
    const Gateway gateway(proxy(backend.origin()));
    Peer peer = gateway.connect();
    for (int i = 0; i < 2; ++i) {
        peer.send("HEAD /prod/a HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n\r\n");
        const std::string head = peer.read_head();
        CHECK(status_of(head) == 200);
        CHECK(field_of(head, "content-length") == "12345");
    }
    CHECK(backend.accepted() == 1);
}

TEST_CASE("a body passes with its length") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin()));
    gateway.call("POST /prod/a", "Content-Type: text/x\r\n", "payload");
    const std::string sent = backend.last_request();
    CHECK(field_of(sent, "content-length") == "7");
    CHECK(field_of(sent, "content-type") == "text/x");
    CHECK(body_of(sent) == "payload");
}

TEST_CASE("a POST without a body says so") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin()));
    gateway.call("POST /prod/a");
    CHECK(field_of(backend.last_request(), "content-length") == "0");
}

TEST_CASE("integration requests of GET carry no body, of POST they do") {
    const FixedBackend backend(ok_answer());
    const Gateway get(proxy(backend.origin(), "", "GET"));
    get.call("GET /prod/a", "", "payload");
    CHECK(body_of(backend.last_request()).empty());
    const Gateway post(proxy(backend.origin(), R"(,"httpMethod":"POST")", "GET"));
    post.call("GET /prod/a", "", "payload");
    CHECK(backend.last_request().starts_with("POST "));
    CHECK(body_of(backend.last_request()) == "payload");
}

TEST_CASE("a chunked body goes out in chunks") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin()));
    const std::string head =
        "POST /prod/a HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    CHECK(status_of(gateway.raw(head + "3\r\nabc\r\n0\r\n\r\n")) == 200);
    CHECK(field_of(backend.last_request(), "transfer-encoding") == "chunked");
    CHECK(body_of(backend.last_request()) == "3\r\nabc\r\n0\r\n\r\n");

    Peer peer = gateway.connect();
    peer.send(head + "3\r\nabc\r\n");
    peer.send("2\r\nde\r\n");
    peer.send("0\r\n\r\n");
    CHECK(status_of(peer.read_response()) == 200);
    CHECK(body_of(backend.last_request()).ends_with("0\r\n\r\n"));
}

TEST_CASE("Content-Type of the body and expectations stay with the gateway") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin()));
    Peer peer = gateway.connect();
    peer.send(
        "PUT /prod/a HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\nContent-Length: 4\r\n"
        "Expect: 100-continue\r\n\r\n");
    CHECK(status_of(peer.read_head()) == 100);
    peer.send("data");
    CHECK(status_of(peer.read_response()) == 200);
    CHECK(body_of(backend.last_request()) == "data");
    CHECK(field_of(backend.last_request(), "expect") == "(absent)");
}

TEST_CASE("pipelined requests are answered in order over one upstream connection") {
    const FixedBackend backend(ok_answer());
    const Gateway gateway(proxy(backend.origin()));
    Peer peer = gateway.connect();
    const std::string request =
        "GET /prod/a HTTP/1.1\r\nHost: abc123.execute-api.localhost\r\n\r\n";
    peer.send(request + request + request);
    for (int i = 0; i < 3; ++i) CHECK(status_of(peer.read_response()) == 200);
    CHECK(backend.accepted() == 1);
    CHECK(gateway.idle_upstreams() == 1);
}
