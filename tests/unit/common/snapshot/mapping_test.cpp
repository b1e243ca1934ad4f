#include <doctest/doctest.h>

#include "common/snapshot/parameter_mapping.hpp"
#include "common/snapshot/pattern.hpp"

using namespace turnpike;
using namespace turnpike::snapshot;
using Kind = ParameterSource::Kind;

TEST_CASE("every request source of the contract is understood") {
    const std::vector<std::tuple<std::string, Kind, std::string>> rows{
        {"method.request.path.id", Kind::Path, "id"},
        {"method.request.querystring.q", Kind::QueryLast, "q"},
        {"method.request.multivaluequerystring.q", Kind::QueryAll, "q"},
        {"method.request.header.X-A", Kind::HeaderLast, "X-A"},
        {"method.request.multivalueheader.X-A", Kind::HeaderAll, "X-A"},
        {"method.request.body", Kind::Body, ""},
        {"method.request.body.petstore.pets[0].name", Kind::Body, "petstore.pets[0].name"},
        {"stageVariables.v", Kind::StageVariable, "v"},
        {"context.identity.sourceIp", Kind::Context, "identity.sourceIp"},
        {"'a literal'", Kind::Literal, "a literal"},
        {"''", Kind::Literal, ""},
    };
    for (const auto& [text, kind, name] : rows) {
        CAPTURE(text);
        const auto mapped = compile_request_mappings({{"integration.request.header.X", text}});
        REQUIRE(mapped);
        CHECK((*mapped)[0].source.kind == kind);
        CHECK((*mapped)[0].source.name == name);
    }
}

TEST_CASE("destinations keep their spelling and know special headers") {
    const auto mapped = compile_request_mappings({
        {"integration.request.header.Content-Type", "method.request.header.x-api-key"},
        {"integration.request.querystring.Q", "'1'"},
        {"integration.request.path.proxy", "method.request.path.proxy"},
    });
    REQUIRE(mapped);
    CHECK((*mapped)[0].name == "Content-Type");
    CHECK((*mapped)[0].name_lower == "content-type");
    CHECK((*mapped)[0].known == http::KnownHeader::ContentType);
    CHECK((*mapped)[0].source.known == http::KnownHeader::XApiKey);
    CHECK((*mapped)[1].destination == ParameterMapping::Destination::Query);
    CHECK((*mapped)[2].destination == ParameterMapping::Destination::Path);
}

TEST_CASE("mappings that are not of the contract's form are refused") {
    const std::string to = "integration.request.header.X";
    for (const auto& [destination, source] : model::StringMap{
             {to, "method.request.cookie.x"},
             {to, "'open"},
             {to, "'"},
             {to, ""},
             {to, "method.request.header."},
             {to, "integration.response.header.x"},
             {"integration.request.header.", "'x'"},
             {"integration.request.header.A B", "'x'"},
             {"integration.request.header.A\r\nB", "'x'"},
             {"method.response.header.X", "'x'"},
         }) {
        CAPTURE(destination);
        CAPTURE(source);
        CHECK_FALSE(compile_request_mappings({{destination, source}}));
    }
}

TEST_CASE("response mappings read the integration's response") {
    const auto mapped = compile_response_mappings({
        {"method.response.header.A", "integration.response.header.Date"},
        {"method.response.header.B", "integration.response.multivalueheader.Set-Cookie"},
        {"method.response.header.C", "integration.response.body.error.code"},
        {"method.response.header.D", "integration.response.body"},
    });
    REQUIRE(mapped);
    CHECK((*mapped)[0].source.known == http::KnownHeader::Date);
    CHECK((*mapped)[1].source.kind == Kind::ResponseHeaderAll);
    CHECK((*mapped)[2].source.name == "error.code");
    CHECK((*mapped)[3].source.kind == Kind::ResponseBody);
}

TEST_CASE("a pattern must match the whole value") {
    CHECK(Pattern::compile("2\\d{2}")->matches("204"));
    CHECK_FALSE(Pattern::compile("2\\d{2}")->matches("2045"));
    CHECK(Pattern::compile("4..")->matches("404"));
    CHECK(Pattern::compile("(?<class>\\p{Digit})\\d+")->matches("404"));
    CHECK_FALSE(Pattern::compile("4\\d++"));
    CHECK_FALSE(Pattern::compile("[4&&[^5]]04"));
    CHECK(Pattern::compile(".*Bad.*")->matches("a Bad thing"));
    CHECK_FALSE(Pattern::compile(".*Bad.*")->matches("a\nBad thing"));
    CHECK(Pattern::compile("(.|\\n)*Bad(.|\\n)*")->matches("a\nBad thing"));
    CHECK(Pattern::compile("404")->matches("404"));
    CHECK_FALSE(Pattern::compile("404")->matches("4040"));
    CHECK(Pattern::compile("a|b")->matches("b"));
}

TEST_CASE("patterns beyond regular languages or a memory bound are refused") {
    CHECK_FALSE(Pattern::compile("(?!a)b"));
    CHECK_FALSE(Pattern::compile("(a)\\1"));
    CHECK_FALSE(Pattern::compile("(open"));
    CHECK_FALSE(Pattern::compile("((a{100}){100}){100}"));
    CHECK_FALSE(Pattern::compile(std::string(10'000, 'a')));
}
