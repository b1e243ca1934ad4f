#include "control-plane/openapi/yaml_writer.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using openapi::write_yaml;

namespace {

/// How a string stands behind its key.
std::string written(std::string_view text) {
    const std::string yaml = write_yaml(json::Object{{"k", text}});
    REQUIRE(yaml.starts_with("k: "));
    REQUIRE(yaml.ends_with("\n"));
    return yaml.substr(3, yaml.size() - 4);
}

std::string yaml_of(std::string_view json_text) {
    const auto value = json::parse(json_text);
    REQUIRE(value);
    return write_yaml(*value);
}

}  // namespace

TEST_CASE("a document in block style keeps the order of its members") {
    CHECK(yaml_of(R"({"b":{"c":1,"a":[{"x":true,"z":null},[2,[3]],"s"]},"e":{},"f":[]})") ==
          "b:\n"
          "  c: 1\n"
          "  a:\n"
          "  - x: true\n"
          "    z: null\n"
          "  - - 2\n"
          "    - - 3\n"
          "  - s\n"
          "e: {}\n"
          "f: []\n");
}

TEST_CASE("a value need not be an object") {
    CHECK(yaml_of("[1]") == "- 1\n");
    CHECK(yaml_of("{}") == "{}\n");
    CHECK(yaml_of("\"a\\nb\"") == "\"a\\nb\"\n");
    CHECK(yaml_of("null") == "null\n");
}

TEST_CASE("strings that read as another type are quoted") {
    for (const std::string_view text :
         {"yes",  "No",   "on",  "OFF",   "y",   "N",        "true",       "False",
          "null", "NULL", "~",   "1.0",   "0",   "-1",       "+1",         ".5",
          ".inf", "0x1F", "0o7", "1_000", "1e3", "12:30:00", "2020-01-01", "2020-01-01T00:00:00Z",
          "=",    "<<"}) {
        CHECK(written(text) == "\"" + std::string(text) + "\"");
    }
}

TEST_CASE("strings that hold or begin with signs of YAML are quoted") {
    for (const std::string_view text :
         {"",   " a", "a ", "- a", "? a", ": a", "a: b", "a:",  "a #b", "#a",  "&a",  "*a",
          "!a", "|",  ">",  "%a",  "@a",  "`a`", "[a]",  "{a}", ",a",   "'a'", "---", "..."}) {
        CHECK(written(text) == "\"" + std::string(text) + "\"");
    }
}

TEST_CASE("what can be nothing but a string stands without quotes") {
    for (const std::string_view text :
         {"string", "/pets/{id}", "application/json", "https://example.com:8443/a?b=c#d",
          "arn:aws:iam::123456789012:role/x", "$input.json('$')", "nothing", "yesterday", "Pétit",
          "a, b", "a \"b\"", "a'b"}) {
        CHECK(written(text) == text);
    }
}

TEST_CASE("characters that do not show are escaped") {
    CHECK(written("a\tb") == R"("a\tb")");
    CHECK(written(std::string_view("a\0b", 3)) == R"("a\x00b")");
    CHECK(written("a\x1b\x7f") == R"("a\x1B\x7F")");
    CHECK(written("a\rb\n") == R"("a\rb\n")");
    CHECK(written("a\u0085b\u00a0") == "\"a\\x85b\u00a0\"");
    CHECK(written("\ufeffa\u2028b") == R"("\uFEFFa\u2028b")");
    CHECK(written("\"\\") == R"("\"\\")");
    CHECK(written("\U0001F600") == "\"\U0001F600\"");
}

TEST_CASE("text of several lines is a literal block") {
    CHECK(written("#set($a = 1)\n{\n\t\"b\": \"$a\"\n}") ==
          "|-\n  #set($a = 1)\n  {\n  \t\"b\": \"$a\"\n  }");
    CHECK(written("a\n") == "|\n  a");
    CHECK(written("a\n\nb\n\n\n") == "|+\n  a\n\n  b\n\n");
    CHECK(written("  a\nb") == "|2-\n    a\n  b");
    CHECK(written("\na") == "|2-\n\n  a");
}

TEST_CASE("blocks that readers would not agree on are quoted instead") {
    CHECK(written("\n") == R"("\n")");
    CHECK(written("a\n  \nb") == R"("a\n  \nb")");
    CHECK(written("a\n ") == R"("a\n ")");
    CHECK(written("a\u2028\nb") == R"("a\u2028\nb")");
}

TEST_CASE("blocks within lists are indented below their item") {
    CHECK(yaml_of(R"({"a":["x\ny",{"b":"x\ny"}]})") ==
          "a:\n"
          "- |-\n"
          "  x\n"
          "  y\n"
          "- b: |-\n"
          "    x\n"
          "    y\n");
}

TEST_CASE("keys are strings: quoted like values, and never folded") {
    CHECK(yaml_of(R"({"200":1,"yes":2,"a: b":3,"":4,"a\nb":5,"/pets/{id}":6})") ==
          "\"200\": 1\n\"yes\": 2\n\"a: b\": 3\n\"\": 4\n\"a\\nb\": 5\n/pets/{id}: 6\n");
}

TEST_CASE("a key too long to be looked for is marked") {
    const std::string key(1001, 'k');
    CHECK(write_yaml(json::Object{{key, json::Array{1}}}) == "? " + key + "\n:\n  - 1\n");
    CHECK(write_yaml(json::Object{{key, "v"}}) == "? " + key + "\n: v\n");
    const std::string longest(1000, 'k');
    CHECK(write_yaml(json::Object{{longest, 1}}) == longest + ": 1\n");
}

TEST_CASE("a very long line stays one line") {
    const std::string text = "a" + std::string(100'000, ' ') + "b";
    CHECK(written(text) == text);
}

TEST_CASE("numbers are numbers to every version of YAML") {
    CHECK(yaml_of("[1,-9223372036854775808,50.0,0.5,1e30,1.5e-7]") ==
          "- 1\n- -9223372036854775808\n- 50.0\n- 0.5\n- 1.0e+30\n- 1.5e-7\n");
}
