#include "common/dynamic/text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace turnpike::dynamic {
namespace {

std::string json(std::string_view text) {
    Heap heap;
    const auto value = parse_json(text, heap);
    REQUIRE_MESSAGE(value.has_value(), text);
    std::pmr::string out;
    append_json(*value, out);
    return std::string(out);
}

std::string java(std::string_view text) {
    Heap heap;
    const auto value = parse_json(text, heap);
    REQUIRE_MESSAGE(value.has_value(), text);
    std::pmr::string out;
    append_java_text(*value, out);
    return std::string(out);
}

std::string java(double value) {
    std::pmr::string out;
    append_java_double(value, out);
    return std::string(out);
}

TEST_CASE("JSON comes out as it went in, without blanks") {
    CHECK(json(R"( { "b" : [ 1, 1.0, -0, 1e3, 12345678901234567890 ], "a" : null } )") ==
          R"({"b":[1,1.0,-0,1e3,12345678901234567890],"a":null})");
    CHECK(json(R"("a\/\u00e4\n\u0001\"")") == "\"a/\xc3\xa4\\n\\u0001\\\"\"");
    CHECK(json("{}") == "{}");
    CHECK(json("[[],{}]") == "[[],{}]");
    CHECK(json(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
    CHECK(json("-9223372036854775808") == "-9223372036854775808");
}

TEST_CASE("what is not JSON is refused with its place") {
    Heap heap;
    for (const std::string_view text : {"", "{", "{'a':1}", "[1,]", "01", "1 2", "nul",
                                        "\"\\ud800\"", "\"\\udc00\"", "\"\xff\"", "\"\n\""}) {
        CAPTURE(text);
        const auto value = parse_json(text, heap);
        REQUIRE_FALSE(value.has_value());
        CHECK(value.error().kind == Error::Kind::Invalid);
        CHECK(value.error().detail.find("offset") != std::string::npos);
    }
    CHECK_FALSE(parse_json(std::string_view("1\0", 2), heap).has_value());
    CHECK_FALSE(parse_json(std::string(129, '[') + std::string(129, ']'), heap).has_value());
    CHECK(parse_json(std::string(128, '[') + std::string(128, ']'), heap).has_value());
}

TEST_CASE("escapes stand for what they name, wherever they are") {
    CHECK(json(R"(["\ud83d\ude00","\u20ac\u00e4A","a\\\/\b\f\n\r\t\"z"])") ==
          "[\"\xf0\x9f\x98\x80\",\"\xe2\x82\xac\xc3\xa4"
          R"(A","a\\/\b\f\n\r\t\"z"])");
    for (std::size_t before = 0; before < 40; ++before) {
        const std::string text =
            '"' + std::string(before, 'x') + R"(\n\u0041)" + std::string(before, 'y') + '"';
        CHECK(json(text) ==
              '"' + std::string(before, 'x') + R"(\nA)" + std::string(before, 'y') + '"');
    }
    Heap heap;
    for (const std::string_view text :
         {R"("\x")", R"("\")", R"("\u12g4")", R"("\u12)", R"("\ud800\u0041")", R"("\ud800\n")",
          R"("\u-123")", "\"\x1f\"",
          "\"a\x1a"
          "aaaaaaaaaaaaaaaaaaaa\"",
          "\"open"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_json(text, heap).has_value());
    }
}

TEST_CASE("a number may be larger than a double, and comes out as it went in") {
    const std::string digits(400, '7');
    for (const std::string& number :
         std::vector<std::string>{"1e400", "-1e400", "1E+400", "-2.50e999999999999999999", "0e400",
                                  digits, "-" + digits, digits + ".5", "123456789e301"}) {
        CAPTURE(number);
        CHECK(json(number) == number);
        const std::string document =
            R"({"a":[)" + number + R"(,12,-0.50,"1e400 \\",")" + number + R"("],"-1\"5":7})";
        CHECK(json(document) == document);
    }
    Heap heap;
    CHECK(std::isinf(parse_json("1e400", heap)->as_number()));
    CHECK(parse_json("[1e400,5]", heap)->as_list().items[1].kind() == Kind::Integer);
}

TEST_CASE("what is no number is not taken for a large one") {
    Heap heap;
    for (const std::string_view text :
         {"01e400", "[1e400,01]", "[1e400,1.]", "[1e400,.5]", "[1e400,-]", "[1e400,1e]", "1e400e1",
          "1e400 5", "[1e400", "[1e400,\"5]", "1e400x", "[1e400,+1]", "-1e400-"}) {
        CAPTURE(text);
        const auto value = parse_json(text, heap);
        REQUIRE_FALSE(value.has_value());
        CHECK(value.error().kind == Error::Kind::Invalid);
    }
    CHECK_FALSE(parse_json(std::string_view("1e400\0", 6), heap).has_value());
    CHECK_FALSE(parse_json("1e400" + std::string(129, '['), heap).has_value());
}

TEST_CASE("a document beyond the heap is told as such") {
    Heap heap(1000);
    const auto value = parse_json("\"" + std::string(2000, 'x') + "\"", heap);
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().kind == Error::Kind::LimitExceeded);
}

TEST_CASE("maps print as Java does, lists as JSON") {
    CHECK(java(R"({"a":1,"b":"text"})") == "{a=1, b=text}");
    CHECK(java(R"({"foo":[{"nested":"bar"}]})") == R"({foo=[{"nested":"bar"}]})");
    CHECK(java(R"([{"foo":"bar"}])") == R"([{"foo":"bar"}])");
    CHECK(java(R"({"a":{"b":null}})") == "{a={b=null}}");
    CHECK(java("null").empty());
    CHECK(java("[]") == "[]");
    CHECK(java("{}") == "{}");
    CHECK(java("true") == "true");
    CHECK(java("1.0") == "1.0");
}

TEST_CASE("doubles print as Java does") {
    CHECK(java(1.0) == "1.0");
    CHECK(java(0.5) == "0.5");
    CHECK(java(-0.0) == "-0.0");
    CHECK(java(100.0) == "100.0");
    CHECK(java(1234567.25) == "1234567.25");
    CHECK(java(1e7) == "1.0E7");
    CHECK(java(1.5e300) == "1.5E300");
    CHECK(java(0.0001) == "1.0E-4");
    CHECK(java(std::numeric_limits<double>::infinity()) == "Infinity");
    CHECK(java(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

}  // namespace
}  // namespace turnpike::dynamic
