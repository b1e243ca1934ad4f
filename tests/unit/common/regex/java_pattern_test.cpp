#include "common/regex/java_pattern.hpp"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <string>

#include "common/regex/java_syntax.hpp"

using namespace turnpike;
using namespace turnpike::regex;

namespace {

constexpr std::size_t kMemoryBytesMax = std::size_t{1} << 20U;

bool matches(std::string_view expression, std::string_view text, std::string_view flags = {}) {
    const auto compiled = compile_java(expression, kMemoryBytesMax, flags);
    REQUIRE_MESSAGE(compiled, expression);
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), **compiled);
}

std::string reason(std::string_view expression) {
    const auto compiled = compile_java(expression, kMemoryBytesMax);
    REQUIRE_FALSE_MESSAGE(compiled, expression);
    CHECK(compiled.error().kind == Error::Kind::Invalid);
    return compiled.error().message;
}

}  // namespace

TEST_CASE("what has no linear time is refused") {
    for (const std::string_view expression :
         {"a*+", "a++b", "a?+", "a{2}+", "(?>a)", "(?=a)", "(?!a)b", "(?<=a)b", "(?<!a)b", "(a)\\1",
          "(?<x>a)\\k<x>"}) {
        CHECK_FALSE(reason(expression).empty());
    }
}

TEST_CASE("what means something else to RE2 is refused") {
    CHECK(reason("[a[b]]") == "a class in a class is not supported");
    CHECK(reason("[[:alpha:]]") == "a class in a class is not supported");
    CHECK(reason("[a-z&&[^b]]") == "an intersection of classes is not supported");
    CHECK(reason("(?U)a*") == "the flag U is not supported");
    CHECK(reason("(?ix) a") == "the flag x is not supported");
    CHECK(reason("(?P<x>a)") == "the flag P is not supported");
    CHECK(reason("\\C") == "\\C is not supported");
    CHECK(reason("\\08") == "\\0 without a digit is not supported");
}

TEST_CASE("what is malformed, unknown or too large is refused") {
    for (const std::string_view expression :
         {"(", "a)", "[", "[a", "*", "a**", "\\", "(?", "(?i", "(?<", "\\u12", "\\Z", "\\X",
          "[\\R]", "\\p{IsAlphabetic}", "\\p{", "((a{100}){100}){100}"}) {
        CHECK_FALSE(reason(expression).empty());
    }
}

TEST_CASE("flags hold from where they stand, or for all of it") {
    CHECK(matches("(?i)ab", "AB"));
    CHECK(matches("a(?i)b", "aB"));
    CHECK_FALSE(matches("a(?i)b", "AB"));
    CHECK(matches("(?i:a)b", "Ab"));
    CHECK_FALSE(matches("(?i:a)b", "AB"));
    CHECK(matches("(?i)a(?-i)b", "Ab"));
    CHECK(matches("(?s).", "\n"));
    CHECK_FALSE(matches(".", "\n"));
    CHECK(matches("(?iu)\u00e4", "\u00c4"));
    CHECK(matches("(?u)a(?d:b)(?u-d)", "ab"));
    CHECK(matches("ab", "AB", "i"));
    CHECK(matches("a.b", "A\nB", "isu"));
    CHECK(matches("a|b", "B", "i"));
    CHECK_FALSE(compile_java("a", kMemoryBytesMax, "x"));
}

TEST_CASE("names of classes are Java's") {
    CHECK(matches("\\p{Alpha}+", "aZ"));
    CHECK(matches("[\\p{Upper}\\d]+", "A1"));
    CHECK(matches("\\P{Alnum}[^\\p{Lower}]", "-A"));
    CHECK(matches("\\p{L}\\pN", "\u00e41"));
    CHECK(matches("\\s[\\s]", "\v "));
    CHECK_FALSE(matches("\\S", "\v"));
    CHECK(matches("\\h[\\h-]\\h", "\t-\u00a0"));
    CHECK_FALSE(matches("\\H", " "));
    CHECK(matches("\\v\\v[^\\v]", "\r\u2028a"));
    CHECK(matches("\\R\\R", "\r\n\n"));
    CHECK(matches("[]a]+", "]a"));
    CHECK(matches("[^]a]\\p{Alpha}", "bc"));
}

TEST_CASE("characters may be written by their numbers") {
    CHECK(matches("\\u0041\\x42\\x{43}", "ABC"));
    CHECK(matches("[\\u0061-\\u0063]+", "abc"));
    CHECK(matches("\\ud83d\\ude00", "\U0001f600"));
    CHECK(matches("\\0101\\07\\0477", "A\a\'7"));
    CHECK(matches("\\cA\\e", "\x01\x1b"));
}

TEST_CASE("quoted text and groups") {
    CHECK(matches("\\Qa.b*\\E+", "a.b**"));
    CHECK_FALSE(matches("\\Qa.b\\E", "axb"));
    CHECK(matches("\\Q(", "("));
    CHECK(matches("(?<first>a)(?:b)", "ab"));
    CHECK(matches("a\\/b\\-", "a/b-"));
    CHECK(matches("[(?i)&]+", "(?i)&"));
}

TEST_CASE("one text is known as such") {
    CHECK(as_literal("a\\.b\\t") == "a.b\t");
    CHECK(as_literal("a.b") == std::nullopt);
    CHECK(as_literal("\\d") == std::nullopt);
    CHECK(as_literal("a\\") == std::nullopt);
}

TEST_CASE("whether a match needs a look at what follows") {
    for (const std::string_view local : {"a", "[a-z]+", "\\d*", "a|[bc]|\\s?"}) {
        CAPTURE(local);
        CHECK(is_local(local));
    }
    for (const std::string_view more : {"ab", "a$", "(a)", "a{2}", "\\bx", "a|", ""}) {
        CAPTURE(more);
        CHECK_FALSE(is_local(more));
    }
}
