#include "control-plane/openapi/yaml_reader.hpp"

#include <doctest/doctest.h>

namespace turnpike::openapi {
namespace {

json::Value yaml(std::string_view text) {
    auto value = parse_yaml(text);
    if (!value) FAIL(value.error().detail);
    return *std::move(value);
}

json::Value scalar(const std::string& text) { return *yaml("a: " + text).find("a"); }

bool is_refused(std::string_view text) { return !parse_yaml(text).has_value(); }

}  // namespace

TEST_CASE("plain scalars have the types of the core schema") {
    CHECK(scalar("").is_null());
    CHECK(scalar("~").is_null());
    CHECK(scalar("Null").is_null());
    CHECK(scalar("true") == json::Value(true));
    CHECK(scalar("FALSE") == json::Value(false));
    CHECK(scalar("12") == json::Value(12));
    CHECK(scalar("-12") == json::Value(-12));
    CHECK(scalar("+12") == json::Value(12));
    CHECK(scalar("0o17") == json::Value(15));
    CHECK(scalar("0xff") == json::Value(255));
    CHECK(scalar("1.5") == json::Value(1.5));
    CHECK(scalar(".5") == json::Value(0.5));
    CHECK(scalar("5.") == json::Value(5.0));
    CHECK(scalar("1e3") == json::Value(1000.0));
    CHECK(scalar("99999999999999999999") == json::Value(1e20));
}

TEST_CASE("other plain scalars are texts, those of YAML 1.1 included") {
    for (const char* text : {"yes", "no", "on", "off", "y", "1_000", "12:30", "2012-12-12", "1.2.3",
                             "0x", "0b1", "-a", ".", "e5", ".inf", ".nan", "1e", "<"}) {
        CAPTURE(text);
        CHECK(scalar(text) == json::Value(text));
    }
}

TEST_CASE("quotes, blocks and tags make texts of numbers") {
    CHECK(scalar("'12'") == json::Value("12"));
    CHECK(scalar("\"true\"") == json::Value("true"));
    CHECK(scalar("|\n  12\n") == json::Value("12\n"));
    CHECK(scalar("!!str 12") == json::Value("12"));
    CHECK(scalar("! 12") == json::Value("12"));
    CHECK(scalar("!Sub 12") == json::Value("12"));
}

TEST_CASE("tags make values of texts, or refuse them") {
    CHECK(scalar("!!int '12'") == json::Value(12));
    CHECK(scalar("!!float 12") == json::Value(12.0));
    CHECK(scalar("!!bool 'true'") == json::Value(true));
    CHECK(scalar("!!null ''").is_null());
    CHECK(is_refused("a: !!int x"));
    CHECK(is_refused("a: !!bool 1"));
}

TEST_CASE("keys are texts as they are written") {
    CHECK(yaml("200: a\ntrue: b\nnull: c") ==
          json::Object{{"200", "a"}, {"true", "b"}, {"null", "c"}});
    CHECK(is_refused("? [a]\n: b"));
    CHECK(is_refused("? {a: b}\n: c"));
}

TEST_CASE("of equal keys the last one wins, as in JSON") {
    CHECK(yaml("a: 1\nb: 2\na: 3") == json::Object{{"a", 3}, {"b", 2}});
    std::string many = "k0: first\n";
    for (int i = 0; i < 40; ++i) many += "k" + std::to_string(i) + ": last\n";
    const json::Value value = yaml(many);
    CHECK(value.as_object().size() == 40);
    CHECK(value.text("k0") == "last");
}

TEST_CASE("aliases are copies of what they name") {
    CHECK(yaml("a: &x {b: [1, 2]}\nc: *x\nd: &x 5\ne: *x") ==
          json::Object{{"a", json::Object{{"b", json::Array{1, 2}}}},
                       {"c", json::Object{{"b", json::Array{1, 2}}}},
                       {"d", 5},
                       {"e", 5}});
    CHECK(is_refused("a: *nothing"));
    CHECK(is_refused("a: &a [*a]"));
}

TEST_CASE("merge keys add what is not there") {
    CHECK(yaml("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}").object("y") ==
          json::Object{{"a", 1}, {"b", 3}});
    CHECK(yaml("x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz: {<<: [*x, *y], c: 3}").object("z") ==
          json::Object{{"a", 1}, {"b", 2}, {"c", 3}});
    CHECK(yaml("'<<': {a: 1}") == json::Object{{"<<", json::Object{{"a", 1}}}});
    CHECK(is_refused("<<: 5"));
}

TEST_CASE("there is one document") {
    CHECK(yaml("%YAML 1.1\n---\na: 1\n...\n") == json::Object{{"a", 1}});
    CHECK(is_refused("a: 1\n---\nb: 2"));
    CHECK(is_refused(""));
    CHECK(is_refused("# nothing"));
}

TEST_CASE("a number that is too large is refused") {
    CHECK(is_refused("a: 1e999"));
    CHECK(is_refused("a: -1e999"));
    CHECK(is_refused("a: " + std::string(400, '9')));
    CHECK(yaml("a: '1e999'").text("a") == "1e999");
}

TEST_CASE("an alias bomb is refused before it grows") {
    std::string bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
    for (int i = 1; i < 60; ++i) {
        const std::string inner = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 9; ++j) bomb += inner + ", ";
        bomb += inner + "]\n";
    }
    CHECK(is_refused(bomb));
}

TEST_CASE("a bomb of one long text is refused as well") {
    std::string bomb = "a: &a " + std::string(1U << 20U, 'x') + "\nb:\n";
    for (int i = 0; i < 1000; ++i) bomb += "- *a\n";
    CHECK(is_refused(bomb));
}

TEST_CASE("nesting, anchors and tag directives are bounded") {
    CHECK(is_refused(std::string(100'000, '[')));
    CHECK(is_refused([] {
        std::string text;
        for (int i = 0; i < 100'000; ++i) text += "- ";
        return text;
    }()));
    std::string nested = "x";
    for (int i = 0; i < 100; ++i) nested = "&a" + std::to_string(i) + " [" + nested + "]";
    CHECK_FALSE(is_refused(nested));
    std::string directives;
    for (int i = 0; i < 300'000; ++i) directives += "%TAG !" + std::to_string(i) + "! tag:x\n";
    CHECK(is_refused(directives + "---\na: 1\n"));
}

}  // namespace turnpike::openapi
