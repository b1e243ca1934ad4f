#include "common/json/value.hpp"

#include <doctest/doctest.h>

#include <limits>

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

TEST_CASE("escapes that make no character are refused") {
    CHECK(parse(R"(["\ud834\udd1e"])"));
    CHECK_FALSE(parse(R"(["\ud834"])"));
    CHECK_FALSE(parse(R"(["\udd1e"])"));
    CHECK_FALSE(parse(R"({"\udd1e":1})"));
}

TEST_CASE("numbers keep their value") {
    const std::string numbers =
        "[0,-1,9223372036854775807,-9223372036854775808,0.1,1e3,-2.5E-3,5e-324]";
    const auto value = parse(numbers);
    REQUIRE(value);
    CHECK(value->as_array()[2].as_integer() == std::numeric_limits<std::int64_t>::max());
    CHECK(value->as_array()[3].as_integer() == std::numeric_limits<std::int64_t>::min());
    CHECK(value->as_array()[4].as_number() == 0.1);
    CHECK(value->as_array()[5].as_number() == 1000.0);
    CHECK(value->as_array()[6].as_number() == -0.0025);
    CHECK(value->as_array()[7].as_number() == std::numeric_limits<double>::denorm_min());
    CHECK(parse("[9223372036854775808]")->as_array()[0].as_number() == 9223372036854775808.0);
    CHECK(parse("[0e40]")->as_array()[0].as_number() == 0.0);
    CHECK(parse("[1e-999]")->as_array()[0].as_number() == 0.0);
    CHECK_FALSE(parse("[1e999]"));
    CHECK_FALSE(parse("[-1e999]"));
}

TEST_CASE("a byte order mark is skipped, half of one is refused") {
    CHECK(parse("\xef\xbb\xbf{}"));
    CHECK_FALSE(parse("\xef\xbb{}"));
}
