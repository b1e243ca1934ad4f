#include "common/dynamic/number.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "common/dynamic/text.hpp"

namespace turnpike::dynamic {
namespace {

Value number(std::string_view text) {
    static Heap heap;
    const auto value = parse_json(text, heap);
    REQUIRE_MESSAGE(value.has_value(), text);
    return *value;
}

bool divides(std::string_view divisor, std::string_view value) {
    const auto made = Divisor::make(number(divisor));
    if (!made) FAIL("no divisor: ", divisor);
    return made && made->divides(number(value));
}

TEST_CASE("numbers are ordered by what is written, not by their doubles") {
    const std::vector<std::string> rising{"-1e400",
                                          "-1e309",
                                          "-18446744073709551616",
                                          "-18446744073709551615",
                                          "-2.5",
                                          "-2",
                                          "-0.5",
                                          "0",
                                          "1e-400",
                                          "2e-400",
                                          "0.1",
                                          "0.10000000000000000001",
                                          "0.100000000000000000011",
                                          "1",
                                          "1.00000000000000000000001",
                                          "9007199254740992.5",
                                          "9007199254740993",
                                          "972783798187987123879878123.18878137",
                                          "972783798187987123879878123.188781371",
                                          "1e309",
                                          "1e99999999999999999999"};
    for (std::size_t i = 0; i < rising.size(); ++i) {
        for (std::size_t j = 0; j < rising.size(); ++j) {
            CAPTURE(rising[i]);
            CAPTURE(rising[j]);
            CHECK(std::is_lt(compare_numbers(number(rising[i]), number(rising[j]))) == (i < j));
            CHECK(equal(number(rising[i]), number(rising[j])) == (i == j));
        }
    }
}

TEST_CASE("one number has many spellings, and one hash") {
    const std::vector<std::vector<std::string>> same{
        {"0", "-0", "0.0", "0e5", "-0.000e-7"},
        {"100", "100.0", "1e2", "1.00E+2", "1000e-1", "0.01e4"},
        {"-12.5", "-125e-1", "-0.125e2", "-12.500"},
        {"12345678901234567890", "12345678901234567890.0", "1234567890123456789e1"},
        {"1e400", "10e399", "0.1e401"},
    };
    for (const auto& spellings : same) {
        for (const std::string& a : spellings) {
            for (const std::string& b : spellings) {
                CAPTURE(a);
                CAPTURE(b);
                CHECK(equal(number(a), number(b)));
                CHECK(hash(number(a)) == hash(number(b)));
            }
        }
    }
    CHECK(hash(number("12345678901234567890")) != hash(number("12345678901234567891")));
    CHECK(hash(number("5")) != hash(number("-5")));
    CHECK(hash(number("5")) != hash(number("50")));
}

TEST_CASE("computed numbers are their shortest spelling") {
    Heap heap;
    CHECK(equal(Value::decimal(0.1, heap), number("0.1")));
    CHECK(equal(Value::decimal(3, heap), number("3")));
    CHECK(hash(Value::decimal(3, heap)) == hash(number("3")));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    CHECK_FALSE(equal(Value::decimal(nan, heap), Value::decimal(nan, heap)));
    CHECK(equal(Value::decimal(infinite, heap), Value::decimal(infinite, heap)));
    CHECK(std::is_lt(compare_numbers(number("1e308"), Value::decimal(infinite, heap))));
}

TEST_CASE("multiples are exact") {
    CHECK(divides("0.1", "0.3"));
    CHECK(divides("0.01", "4.35"));
    CHECK(divides("0.0001", "0.0075"));
    CHECK_FALSE(divides("0.0001", "0.00751"));
    CHECK(divides("2", "-10"));
    CHECK_FALSE(divides("2", "7"));
    CHECK(divides("1.5", "0"));
    CHECK(divides("1.5", "4.5"));
    CHECK_FALSE(divides("1.5", "35"));
    CHECK(divides("0.5", "1e308"));
    CHECK_FALSE(divides("0.123456789", "1e308"));
    CHECK(divides("1e-8", "12391239123"));
    CHECK(divides("7", "700000000000000000000000000000000000007"));
    CHECK_FALSE(divides("7", "700000000000000000000000000000000000008"));
    CHECK(divides("1024", "1e1000000000"));
    CHECK_FALSE(divides("3", "1e1000000000"));
    CHECK(divides("999999999999999999", "999999999999999999e5"));
    CHECK_FALSE(divides("1e-5", "1e-1000000000"));
    CHECK(divides("100", "1200"));
    CHECK_FALSE(divides("100", "1250"));
}

TEST_CASE("a divisor is more than zero and not too precise") {
    for (const auto* text : {"0", "-1", "-0.0", "1234567890123456789"}) {
        CAPTURE(text);
        CHECK_FALSE(Divisor::make(number(text)).has_value());
    }
    CHECK(Divisor::make(number("1234567890123456780000")).has_value());
}

TEST_CASE("whole numbers are those without fraction and exponent") {
    CHECK(is_spelled_whole(number("1")));
    CHECK(is_spelled_whole(number("-0")));
    CHECK(is_spelled_whole(number("12345678910111213141516171819202122")));
    CHECK_FALSE(is_spelled_whole(number("1.0")));
    CHECK_FALSE(is_spelled_whole(number("1e2")));
    Heap heap;
    CHECK_FALSE(is_spelled_whole(Value::decimal(1, heap)));
}

TEST_CASE("the order of members does not change a hash, that of items does") {
    CHECK(hash(number(R"({"a":[1,{}],"b":null})")) == hash(number(R"({"b":null,"a":[1.0,{}]})")));
    CHECK(hash(number("[1,2]")) != hash(number("[2,1]")));
    CHECK(hash(number(R"({"a":1,"b":2})")) != hash(number(R"({"a":2,"b":1})")));
    CHECK(hash(number("[]")) != hash(number("{}")));
    CHECK(hash(number("[[]]")) != hash(number("[{}]")));
    CHECK(hash(number("true")) != hash(number("false")));
    CHECK(hash(number("\"1\"")) != hash(number("1")));
}

}  // namespace
}  // namespace turnpike::dynamic
