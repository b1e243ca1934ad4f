#include "common/json/value.hpp"

#include <doctest/doctest.h>

using turnpike::json::parse;
using turnpike::json::Value;
using turnpike::json::write;

TEST_CASE("a document survives parsing and writing") {
    const std::string text = R"({"a":[1,2.5,true,null,"x\u00e9"],"b":{"c":50.0}})";
    const auto value = parse(text);
    REQUIRE(value);
    CHECK(write(*value) == R"({"a":[1,2.5,true,null,"xé"],"b":{"c":50.0}})");
}

TEST_CASE("the last of repeated names wins, in small and large objects") {
    CHECK(write(*parse(R"({"a":1,"a":2})")) == R"({"a":2})");
    std::string large = "{";
    for (int i = 0; i < 100; ++i) large += "\"k" + std::to_string(i) + "\":1,";
    large += "\"k7\":9}";
    const auto value = parse(large);
    REQUIRE(value);
    CHECK(value->as_object().size() == 100);
    CHECK(value->integer("k7") == 9);
}

TEST_CASE("text after the value is refused, a NUL byte too") {
    CHECK_FALSE(parse("{} x"));
    CHECK_FALSE(parse(std::string_view("{}\0", 3)));
    CHECK_FALSE(parse(""));
}

TEST_CASE("nesting deeper than the limit is refused") {
    const std::string deep = std::string(200, '[') + std::string(200, ']');
    CHECK_FALSE(parse(deep));
    CHECK(parse(deep, {.depth_max = 200}));
}

TEST_CASE("objects compare without regard to order") {
    CHECK(*parse(R"({"a":1,"b":2})") == *parse(R"({"b":2,"a":1})"));
    CHECK_FALSE(*parse(R"({"a":1,"b":2})") == *parse(R"({"b":2,"a":2})"));
}
