#include "common/http/uri.hpp"

#include <doctest/doctest.h>

#include <vector>

using turnpike::http::EncodeKeep;
using turnpike::http::has_dot_segments;
using turnpike::http::parse_absolute_uri;
using turnpike::http::parse_authority;
using turnpike::http::PathSegments;
using turnpike::http::percent_decode;
using turnpike::http::percent_encode;
using turnpike::http::Plus;
using turnpike::http::QueryParameters;
using turnpike::http::remove_dot_segments;

namespace {

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> found;
    PathSegments segments(path);
    while (const auto segment = segments.next()) found.emplace_back(*segment);
    return found;
}

std::string describe(QueryParameters parameters) {
    std::string text;
    while (const auto parameter = parameters.next()) {
        text += "[" + std::string(parameter->raw_name) + (parameter->has_equals ? "=" : "") +
                std::string(parameter->raw_value) + "]";
    }
    return text;
}

}  // namespace

TEST_CASE("percent-encoding keeps unreserved characters only") {
    CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
    CHECK(percent_encode("a b/c?d+\xc3\xa9%") == "a%20b%2Fc%3Fd%2B%C3%A9%25");
    CHECK(percent_encode("a/b c", EncodeKeep::Slash) == "a/b%20c");
}

TEST_CASE("percent-decoding undoes it and is strict about escapes") {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    CHECK(percent_decode(percent_encode(bytes)) == bytes);
    CHECK(percent_decode("%2f%2F") == "//");
    CHECK(percent_decode("a+b") == "a+b");
    CHECK(percent_decode("a+b%2B", Plus::Space) == "a b+");
    for (const auto text : {"%", "%1", "a%2", "%zz", "%1z", "%%20", "%+1"}) {
        CAPTURE(text);
        CHECK_FALSE(percent_decode(text));
    }
    std::string out = "kept";
    CHECK_FALSE(turnpike::http::append_percent_decoded(out, "abc%"));
    CHECK(out == "kept");
}

TEST_CASE("a path is split at its slashes") {
    CHECK(segments_of("/") == std::vector<std::string>{""});
    CHECK(segments_of("/a") == std::vector<std::string>{"a"});
    CHECK(segments_of("/a//b/") == std::vector<std::string>{"a", "", "b", ""});
    CHECK(segments_of("/a%2Fb/c") == std::vector<std::string>{"a%2Fb", "c"});
    PathSegments segments("/a/b/c");
    segments.next();
    CHECK(segments.rest() == "b/c");
}

TEST_CASE("dot segments are removed without leaving the root") {
    CHECK(remove_dot_segments("/a/b/c/./../../g") == "/a/g");
    CHECK(remove_dot_segments("/../../a") == "/a");
    CHECK(remove_dot_segments("/a/..") == "/");
    CHECK(remove_dot_segments("/a/.") == "/a/");
    CHECK(remove_dot_segments("/a/b/..") == "/a/");
    CHECK(remove_dot_segments("/") == "/");
    CHECK(remove_dot_segments("/a//b/") == "/a//b/");
    CHECK(remove_dot_segments("/.../.a/b.") == "/.../.a/b.");
    CHECK(remove_dot_segments("/a/%2e%2E/b") == "/b");
    CHECK(remove_dot_segments("/a/.%2e/b") == "/b");
}

TEST_CASE("paths without dot segments are told without rewriting them") {
    for (const auto path : {"/", "/a", "/a.b/..c/.d", "/%2fa", "/a/...", "/%2e%2e%2e"}) {
        CAPTURE(path);
        CHECK_FALSE(has_dot_segments(path));
        CHECK(remove_dot_segments(path) == path);
    }
    for (const auto path : {"/.", "/..", "/a/../b", "/%2e/a", "/a/%2E.", "/a/./"}) {
        CAPTURE(path);
        CHECK(has_dot_segments(path));
    }
}

TEST_CASE("query parameters come in order, repeated and empty ones too") {
    CHECK(describe(QueryParameters("a=1&b=&c&a=2&&=x&d=e=f")) == "[a=1][b=][c][a=2][=x][d=e=f]");
    CHECK(describe(QueryParameters("")) == "");
    CHECK(describe(QueryParameters("a;b=1")) == "[a;b=1]");
    CHECK(describe(QueryParameters("a;b=1&c", QueryParameters::Separators::AmpersandOrSemicolon)) ==
          "[a][b=1][c]");
    QueryParameters parameters("na+me%20x=v+%2B%C3%A9&bad=%zz");
    const auto first = parameters.next();
    CHECK(first->name() == "na me x");
    CHECK(first->value() == "v +\xc3\xa9");
    CHECK_FALSE(parameters.next()->value());
}

TEST_CASE("the parts of an absolute URI are found") {
    const auto uri = parse_absolute_uri("https://api.example:8443/a/b?c=d?e");
    REQUIRE(uri);
    CHECK(uri->scheme == "https");
    CHECK(uri->authority.host == "api.example");
    CHECK(uri->authority.port == 8443);
    CHECK(uri->authority_text == "api.example:8443");
    CHECK(uri->path == "/a/b");
    CHECK(uri->query == "c=d?e");
    CHECK(parse_absolute_uri("http://a")->path == "");
    CHECK(parse_absolute_uri("http://a?b")->query == "b");
    CHECK(parse_absolute_uri("http://[::1]:80/")->authority.host == "::1");
}

TEST_CASE("what is not an absolute URI is refused") {
    for (const auto text : {"",
                            "/a",
                            "a",
                            "http:",
                            "http:/a",
                            "http://",
                            "http:///a",
                            "://a",
                            "1h://a",
                            "h_t://a",
                            "http://a b",
                            "http://a/\x01",
                            "http://a/\xc3\xa9",
                            "http://a/#f",
                            "http://u@a/",
                            "http://u:p@a/",
                            "http://a:b/",
                            "http://a:99999/",
                            "http://[::1/",
                            "http://[x]/"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_absolute_uri(text));
    }
}

TEST_CASE("hosts are names, IPv4 or bracketed IPv6 addresses, with an optional port") {
    const auto name = parse_authority("Some-host_1.example.:443");
    REQUIRE(name);
    CHECK(name->host == "Some-host_1.example.");
    CHECK(name->port == 443);
    CHECK_FALSE(name->is_ipv6);
    const auto ipv6 = parse_authority("[2001:db8::1]");
    REQUIRE(ipv6);
    CHECK(ipv6->host == "2001:db8::1");
    CHECK(ipv6->is_ipv6);
    CHECK_FALSE(ipv6->port);
    for (const auto text : {"127.0.0.1", "[::]", "[1:2:3:4:5:6:7:8]", "[::ffff:1.2.3.4]", "[1::8]",
                            "[::1]:65535", "a:"}) {
        CAPTURE(text);
        CHECK(parse_authority(text));
    }
    for (const auto text : {"",
                            ":80",
                            "a:0",
                            "a:-1",
                            "a:65536",
                            "a:1:2",
                            "::1",
                            "[]",
                            "[:]",
                            "[:::]",
                            "[1:2:3:4:5:6:7]",
                            "[1:2:3:4:5:6:7:8:9]",
                            "[1::2::3]",
                            "[12345::]",
                            "[::1.2.3]",
                            "[::1.2.3.256]",
                            "[fe80::1%25eth0]",
                            "[::1]a",
                            "[::1]:",
                            "a b",
                            "a\tb",
                            "a..b",
                            ".a",
                            "a%20",
                            "a,b",
                            "a/b",
                            "a@b"}) {
        CAPTURE(text);
        const bool valid = std::string_view(text) == "[::1]:";
        CHECK(parse_authority(text).has_value() == valid);
    }
}
