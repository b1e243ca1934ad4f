#include "control-plane/openapi/document.hpp"

#include <doctest/doctest.h>

#include "control-plane/openapi/positions.hpp"

namespace turnpike::openapi {
namespace {

Document document_of(std::string_view text) {
    auto document = parse_document(text);
    if (!document) FAIL(document.error().detail);
    return *std::move(document);
}

std::string position_text(std::string_view text, const Steps& steps) {
    const Document document = document_of(text);
    PositionFinder finder;
    finder.want(steps);
    finder.find_in(document);
    const Position found = finder.place_of(steps).position;
    return std::to_string(found.line) + ":" + std::to_string(found.column);
}

}  // namespace

TEST_CASE("JSON and YAML are told apart by their content") {
    CHECK(document_of(" {\"a\": 1}").syntax == Document::Syntax::Json);
    CHECK(document_of("a: 1").syntax == Document::Syntax::Yaml);
    CHECK(document_of("{a: 1}").syntax == Document::Syntax::Yaml);
    CHECK(document_of("\xef\xbb\xbf{\"a\": 1}").root == document_of("a: 1").root);
}

TEST_CASE("what is neither JSON nor YAML is refused with its place") {
    const auto document = parse_document("a: b\nc: [d\n");
    REQUIRE_FALSE(document.has_value());
    CHECK(document.error().detail.find("Line 3, column 1") != std::string::npos);
    CHECK_FALSE(parse_document("").has_value());
    CHECK_FALSE(parse_document("{\"a\": ").has_value());
}

TEST_CASE("a NUL, bytes that are not UTF-8 and endless names are refused") {
    CHECK_FALSE(parse_document(R"({"a": "\u0000"})").has_value());
    CHECK_FALSE(parse_document("a: \"\\0\"").has_value());
    CHECK_FALSE(parse_document("a: \"\xff\"").has_value());
    CHECK_FALSE(parse_document("{\"\xc3\x28\": 1}").has_value());
    CHECK_FALSE(parse_document("{\"" + std::string(5000, 'a') + "\": 1}").has_value());
}

TEST_CASE("positions of members and elements are found in JSON") {
    const std::string_view text = "{\"a\": {\"b\": [1,\n  {\"c/d\": \"\xc3\xa9\", \"e\": 2}]}}";
    CHECK(position_text(text, {}) == "1:1");
    CHECK(position_text(text, {"a"}) == "1:2");
    CHECK(position_text(text, {"a", "b"}) == "1:8");
    CHECK(position_text(text, {"a", "b", "0"}) == "1:14");
    CHECK(position_text(text, {"a", "b", "1"}) == "2:3");
    CHECK(position_text(text, {"a", "b", "1", "c/d"}) == "2:4");
    // A column is a character, not a byte.
    CHECK(position_text(text, {"a", "b", "1", "e"}) == "2:16");
}

TEST_CASE("positions of members and elements are found in YAML") {
    const std::string_view text = "a:\n  b:\n  - 1\n  - c/d: x\n    e: [y, z]\n";
    CHECK(position_text(text, {"a", "b"}) == "2:3");
    CHECK(position_text(text, {"a", "b", "1"}) == "4:5");
    CHECK(position_text(text, {"a", "b", "1", "c/d"}) == "4:5");
    CHECK(position_text(text, {"a", "b", "1", "e", "1"}) == "5:12");
}

TEST_CASE("what came through an alias has the position of the alias") {
    const std::string_view text = "a: &x\n  b: 1\nc: *x\n";
    CHECK(position_text(text, {"c", "b"}) == "3:1");
}

TEST_CASE("a place names the nearest value that stands in the text") {
    const Document document = document_of("a:\n  b: 1\nc: []\n");
    PositionFinder finder;
    finder.want({"a", "b"});
    finder.want({"a", "x", "y"});
    finder.want({"c", "0"});
    finder.find_in(document);
    CHECK(place_text(finder.place_of({"a", "b"})) == "2:3 /a/b");
    CHECK(place_text(finder.place_of({"a", "x", "y"})) == "1:1 /a");
    CHECK(place_text(finder.place_of({"c", "0"})) == "3:1 /c");
    CHECK(place_text(finder.place_of({})) == "1:1");
}

TEST_CASE("a reference becomes steps and steps become a pointer") {
    CHECK(steps_of_reference("#/paths/~1a~1%7Bid%7D/get") == Steps{"paths", "/a/{id}", "get"});
    CHECK(steps_of_reference("#/a/50%") == Steps{"a", "50%"});
    CHECK(steps_of_reference("#") == Steps{});
    CHECK_FALSE(steps_of_reference("other.yaml#/a").has_value());
    CHECK(pointer_text({"paths", "/a~", "0"}) == "/paths/~1a~0/0");
}

}  // namespace turnpike::openapi
