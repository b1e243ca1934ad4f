#include "control-plane/access/canonical_request.hpp"

#include <doctest/doctest.h>

#include <array>

namespace turnpike::access {
namespace {

std::string query(std::string_view text) { return canonical_query(read_query(text), {}); }

TEST_CASE("a path is encoded once more than on the wire") {
    CHECK(canonical_path("", true) == "/");
    CHECK(canonical_path("/tags/arn%3Aaws", true) == "/tags/arn%253Aaws");
    CHECK(canonical_path("/a@b", true) == "/a%40b");
    CHECK(canonical_path("/a%2Fb/~x-._", true) == "/a%252Fb/~x-._");
    CHECK(canonical_path("/\xe1\x88\xb4", true) == "/%E1%88%B4");
}

TEST_CASE("a path is normalised, unless the service signs it as it is") {
    CHECK(canonical_path("//a//b/", true) == "/a/b/");
    CHECK(canonical_path("/a/./b/../c", true) == "/a/c");
    CHECK(canonical_path("/../..", true) == "/");
    CHECK(canonical_path("/a/..", true) == "/");
    CHECK(canonical_path("/...", true) == "/...");
    CHECK(canonical_path("//a/./b/..", false) == "//a/./b/..");
}

TEST_CASE("a query is decoded, encoded anew and sorted by name, then value") {
    CHECK(query("b=2&a=2&a=1") == "a=1&a=2&b=2");
    CHECK(query("tagKeys=b&tagKeys=a") == "tagKeys=a&tagKeys=b");
    CHECK(query("B=1&a=2") == "B=1&a=2");
    CHECK(query("a=%2f%2F") == "a=%2F%2F");
    CHECK(query("a=x y&b=%20") == "a=x%20y&b=%20");
    CHECK(query("a=1+2") == "a=1%2B2");
    CHECK(query("a-=1&a=2") == "a=2&a-=1");
}

TEST_CASE("empty values and names without an equals sign are the same; empty pieces are none") {
    CHECK(query("a&b=") == "a=&b=");
    CHECK(query("&&a=1&") == "a=1");
    CHECK(query("") == "");
    CHECK(query("=x") == "=x");
    CHECK(query("a=b=c") == "a=b%3Dc");
}

TEST_CASE("a percent sign without two digits stands for itself") {
    CHECK(query("a=%") == "a=%25");
    CHECK(query("a=%4") == "a=%254");
    CHECK(query("a=%zz") == "a=%25zz");
}

TEST_CASE("the signature itself is not signed") {
    CHECK(query("X-Amz-Signature=abc&a=1") == "a=1");
    CHECK(query("x-amz-signature=abc") == "x-amz-signature=abc");
}

TEST_CASE("header values are trimmed, their inner spaces are one, repeated fields are joined") {
    const std::array<HeaderField, 4> fields = {HeaderField{"B", "  x   y\t z "},
                                               HeaderField{"a", "2"}, HeaderField{"A", " 1"},
                                               HeaderField{"c", "   "}};
    const std::array<std::string_view, 4> names = {"a", "b", "c", "d"};
    CHECK(canonical_headers(fields, names) == "a:2,1\nb:x y z\nc:\nd:\n");
}

TEST_CASE("a target in absolute form counts from its path") {
    CHECK(split_target("http://host:80/a?b").path == "/a");
    CHECK(split_target("http://host?b=1").query == "b=1");
    CHECK(split_target("/a?http://x").path == "/a");
    CHECK(split_target("/a?b?c").query == "b?c");
}

}  // namespace
}  // namespace turnpike::access
