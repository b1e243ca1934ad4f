#include "common/schema/pattern.hpp"

#include <doctest/doctest.h>

namespace turnpike::schema {
namespace {

bool finds(std::string_view expression, std::string_view text) {
    const auto pattern = Pattern::compile(expression);
    REQUIRE_MESSAGE(pattern.has_value(), expression, " ",
                    pattern.has_value() ? "" : pattern.error().message);
    CHECK(pattern->expression() == expression);
    return pattern->is_found_in(text);
}

std::string refusal(std::string_view expression) {
    const auto pattern = Pattern::compile(expression);
    REQUIRE_FALSE_MESSAGE(pattern.has_value(), expression);
    return pattern.error().message;
}

TEST_CASE("a pattern is found anywhere unless it is anchored") {
    CHECK(finds("b+", "abbc"));
    CHECK_FALSE(finds("^b", "ab"));
    CHECK(finds("^abc$", "abc"));
    CHECK_FALSE(finds("^abc$", "abc\n"));
    CHECK_FALSE(finds("^b$", "a\nb\nc"));
    CHECK(finds("", "anything"));
}

TEST_CASE("digits and words are ASCII, white space is Unicode's") {
    CHECK(finds(R"(^\d\D\w\W\s\S$)", "1xa- a"));
    CHECK_FALSE(finds(R"(\d)", "\u07c0"));
    CHECK_FALSE(finds(R"(^\w$)", "\u00e9"));
    CHECK(finds(R"(^[\W]$)", "\u00e9"));
    CHECK(finds(R"(^\s+$)", " \t\n\v\f\r\u00a0\u2003\u2028\u3000\ufeff"));
    CHECK_FALSE(finds(R"(\S)", " \t\n\v\f\r\u00a0\u2003\u2028\u3000\ufeff"));
    CHECK(finds(R"(^[^\s\d]+$)", "ab\u00e9"));
    CHECK(finds(R"(a\b.\B)", "a--"));
}

TEST_CASE("a dot takes one character that ends no line") {
    CHECK(finds("^.$", "\U0001f432"));
    for (const auto* text : {"\n", "\r", "\u2028", "\u2029"}) CHECK_FALSE(finds(".", text));
}

TEST_CASE("classes") {
    CHECK(finds("^[a-c_-]+$", "abc_-"));
    CHECK(finds(R"(^[\]\\^-]+$)", "]\\^-"));
    CHECK(finds(R"(^[[:alpha:]]$)", "a]"));
    CHECK_FALSE(finds(R"(^[[:alpha:]]$)", "b]"));
    CHECK(finds(R"(^[\d-x]+$)", "1-x"));
    CHECK(finds(R"(^[\b\t\x41\u0042\cA]+$)", "\b\tAB\x01"));
    CHECK(finds("^[\u00e0-\u00ff]$", "\u00e9"));
    CHECK(finds("^[^]$", "\n"));
    CHECK_FALSE(finds("[]", "a"));
    CHECK_FALSE(finds("^[^a-z]$", "b"));
}

TEST_CASE("escapes") {
    CHECK(finds(R"(^\t\n\v\f\r\0$)", std::string_view("\t\n\v\f\r\0", 6)));
    CHECK(finds(R"(^\x41\u00e9\cj$)", "A\u00e9\n"));
    CHECK(finds(R"(^\uD83D\uDC32\u{1f432}$)", "\U0001f432\U0001f432"));
    CHECK(finds(R"(^\/\-\@\.\a\e\Z\x\u$)", "/-@.aeZxu"));
    CHECK(finds("^\\\u00e9$", "\u00e9"));
    CHECK(finds(R"(^\p{Lu}\p{Letter}\P{Number}[\p{digit}\p{Script=Greek}]$)", "A\u00e9x\u03b1"));
}

TEST_CASE("groups, alternatives, repetitions") {
    CHECK(finds("^(?:a|(b)|(?<name>c))+?$", "abcab"));
    CHECK(finds("^a{2}b{1,}c{0,2}$", "aabbb"));
    CHECK_FALSE(finds("^a{2}$", "aaa"));
    CHECK(finds("^a{,2}{x}]}$", "a{,2}{x}]}"));
    CHECK(finds("^.{1,2000}$", std::string(2'000, 'a')));
    CHECK_FALSE(finds("^.{1,2000}$", std::string(2'001, 'a')));
    CHECK(finds("^(?:ab){1500}$", std::string(3'000, 'a').replace(0, 3'000, [] {
        std::string text;
        for (int at = 0; at < 1'500; ++at) text += "ab";
        return text;
    }())));
    CHECK_FALSE(finds("^a{1500,}$", std::string(1'499, 'a')));
    CHECK(finds("^a{1500,}$", std::string(1'700, 'a')));
    CHECK(finds("^(|a)()$", "a"));
}

TEST_CASE("look-ahead at the start makes several demands of one text") {
    constexpr std::string_view kPassword = R"(^(?=.*[A-Z])(?=.*[\d)\]])(?!.*\s)(?:.|x){8,}$)";
    CHECK(finds(kPassword, "abcdefG8"));
    CHECK(finds(kPassword, "abcdefG)"));
    CHECK_FALSE(finds(kPassword, "abcdefg8"));
    CHECK_FALSE(finds(kPassword, "abcdefGh"));
    CHECK_FALSE(finds(kPassword, "abcde G8"));
    CHECK_FALSE(finds(kPassword, "abcdG8"));
    CHECK(finds("^(?!admin$|root$)[a-z]+$", "administrator"));
    CHECK_FALSE(finds("^(?!admin$|root$)[a-z]+$", "root"));
    CHECK(finds("^(?!$)", "a"));
    CHECK_FALSE(finds("^(?!$)", ""));
    CHECK(finds(R"(^(?=(a\))))", "a)"));
}

TEST_CASE("what ECMA 262 has and RE2 has not is told") {
    for (const auto* expression : {"(?=a)b", "(?!a)b", "a(?=b)", "^a(?!b)", "^(?=a)b|c", "^(?=a)+b",
                                   "^(?=a(?=b))a", "^((?=a)b)"}) {
        CAPTURE(expression);
        CHECK(refusal(expression)
                  .ends_with("look-ahead is supported only directly after a ^ at the start"));
    }
    CHECK(refusal("(?<=a)b").ends_with("look-behind is not supported"));
    CHECK(refusal("(?<!a)b").ends_with("look-behind is not supported"));
    CHECK(refusal(R"((a)\1)").ends_with("back references are not supported"));
    CHECK(refusal(R"((?<n>a)\k<n>)").ends_with("back references are not supported"));
    CHECK(refusal("a{10001}").ends_with("it repeats more than 10000 times"));
    CHECK(refusal(R"(\uD83D)").ends_with("half of a surrogate pair matches no text"));
    CHECK(refusal(R"(\p{Nonsense})").find("cannot be used") != std::string::npos);
}

TEST_CASE("what is no pattern is refused") {
    for (const auto* expression :
         {"(", ")", "[a", "a)", "*a", "a**", "^*", "a{2,1}", "[b-a]", "\\", "(?<>a)", "(?i)a", "(?",
          R"(\p)", R"(\u{110000})", R"(\u{Letter})", R"(\c1)", "[\\"}) {
        CAPTURE(expression);
        CHECK(refusal(expression).find("cannot be used: ") != std::string::npos);
    }
    CHECK(refusal(std::string(20'000, 'a')).ends_with("it is too long"));
    CHECK(refusal("((a{999}){999}){999}").find("cannot be used: ") != std::string::npos);
}

TEST_CASE("hostile patterns take linear time") {
    CHECK_FALSE(finds("^(a+)+$", std::string(100'000, 'a') + "b"));
    CHECK_FALSE(finds("(x+x+)+y", std::string(100'000, 'x')));
}

}  // namespace
}  // namespace turnpike::schema
