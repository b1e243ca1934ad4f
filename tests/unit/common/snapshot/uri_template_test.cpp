#include "common/snapshot/uri_template.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::snapshot;

namespace {

using Kind = UriTemplate::Piece::Kind;

/// Literals as they are, parameters as <p:name>, variables as <v:name>.
std::string shown(const UriTemplate& uri) {
    std::string text;
    for (const UriTemplate::Piece& piece : uri.target()) {
        if (piece.kind == Kind::Literal) text += piece.text;
        if (piece.kind == Kind::PathParameter) text += "<p:" + piece.text + ">";
        if (piece.kind == Kind::StageVariable) text += "<v:" + piece.text + ">";
    }
    return text;
}

}  // namespace

TEST_CASE("a constant origin is split off") {
    const UriTemplate uri = UriTemplate::parse("https://Example.com/pets/{id}?x={y}");
    REQUIRE(uri.origin());
    CHECK(uri.origin()->is_https);
    CHECK(uri.origin()->host == "example.com");
    CHECK(uri.origin()->port == 443);
    CHECK(uri.origin()->authority == "example.com");
    CHECK(shown(uri) == "/pets/<p:id>?x=<p:y>");
    CHECK_FALSE(uri.is_hopeless());
}

TEST_CASE("the port shows in the authority unless it is the scheme's") {
    CHECK(UriTemplate::parse("http://h:8080").origin()->authority == "h:8080");
    CHECK(UriTemplate::parse("http://h:80/").origin()->authority == "h");
    CHECK(UriTemplate::parse("http://[::1]:81/").origin()->authority == "[::1]:81");
    CHECK(UriTemplate::parse("http://[::1]:81/").origin()->host == "::1");
}

TEST_CASE("an origin with placeholders waits for the request") {
    CHECK_FALSE(UriTemplate::parse("http://{host}/x").origin());
    CHECK_FALSE(UriTemplate::parse("http://a.{host}/x").origin());
    CHECK_FALSE(UriTemplate::parse("http://host:{port}/x").origin());
    CHECK_FALSE(UriTemplate::parse("http://{host}/x").is_hopeless());
    CHECK(shown(UriTemplate::parse("http://{host}/x")) == "http://<p:host>/x");
}

TEST_CASE("stage variables are put in, unset ones as nothing") {
    const UriTemplate uri =
        UriTemplate::parse("https://${stageVariables.host}/${stageVariables.none}/{id}");
    CHECK(uri.has_stage_variables());
    CHECK_FALSE(uri.origin());
    const UriTemplate resolved = uri.resolve({{"host", "b.example.com:444"}});
    REQUIRE(resolved.origin());
    CHECK(resolved.origin()->authority == "b.example.com:444");
    CHECK(shown(resolved) == "//<p:id>");
    CHECK_FALSE(resolved.has_stage_variables());
    CHECK(uri.resolve({}).is_hopeless());
}

TEST_CASE("a constant origin survives variables in the path") {
    const UriTemplate uri = UriTemplate::parse("http://h:8080/${stageVariables.v}/x");
    const UriTemplate resolved = uri.resolve({{"v", "v1"}});
    CHECK(resolved.origin() == uri.origin());
    CHECK(shown(resolved) == "/v1/x");
    CHECK(shown(UriTemplate::parse("http://h/?a=${stageVariables.v}").resolve({{"v", "1"}})) ==
          "/?a=1");
}

TEST_CASE("other and malformed placeholders stay literal") {
    for (const std::string_view text :
         {"/${other}/x", "/${stageVariables.}/x", "/${stageVariables.a-b}/x", "/{}/x", "/{a b}/x",
          "/{open", "/${stageVariables.open", "/}"}) {
        CHECK(shown(UriTemplate::parse("http://h" + std::string(text))) == text);
    }
}

TEST_CASE("an address that no request can mend is hopeless") {
    for (const std::string_view text :
         {"", "ftp://h/", "http://", "http:///x", "http://a..b/", "http://a b/", "http://h:0/",
          "http://h:99999/", "http://user@h/", "example.com/x", "http://[::1/",
          "arn:aws:apigateway:us-east-1:lambda:path/x"}) {
        CAPTURE(text);
        CHECK(UriTemplate::parse(text).is_hopeless());
    }
}
