#include <doctest/doctest.h>

#include "tests/unit/common/jsonpath/fixture.hpp"

namespace turnpike::jsonpath {
namespace {

/// Which of the document's elements the condition accepts.
std::string filtered(std::string_view condition, std::string_view document) {
    return found("$[?(" + std::string(condition) + ")]", document);
}

TEST_CASE("comparisons") {
    constexpr std::string_view kItems = R"([{"n":1},{"n":2.0},{"n":3}])";
    CHECK(filtered("@.n == 2", kItems) == R"([{"n":2.0}])");
    CHECK(filtered("@.n!=2", kItems) == R"([{"n":1},{"n":3}])");
    CHECK(filtered("@.n < 2", kItems) == R"([{"n":1}])");
    CHECK(filtered("@.n <= 2.0", kItems) == R"([{"n":1},{"n":2.0}])");
    CHECK(filtered("@.n > 2", kItems) == R"([{"n":3}])");
    CHECK(filtered("2 >= @['n']", kItems) == R"([{"n":1},{"n":2.0}])");
    CHECK(filtered("@ == 9007199254740993", "[9007199254740992,9007199254740993]") ==
          "[9007199254740993]");
}

TEST_CASE("literals of all types") {
    constexpr std::string_view kItems = R"(["x","it's",true,null,[1,2],{"a":1},-1.5])";
    CHECK(filtered("@ == 'x'", kItems) == R"(["x"])");
    CHECK(filtered("@ == \"x\"", kItems) == R"(["x"])");
    CHECK(filtered(R"(@ == 'it\'s')", kItems) == R"(["it's"])");
    CHECK(filtered("@ == true", kItems) == "[true]");
    CHECK(filtered("@ == null", kItems) == "[null]");
    CHECK(filtered("@ == [1, 2.0]", kItems) == "[[1,2]]");
    CHECK(filtered("@ == {'a': 1}", kItems) == R"([{"a":1}])");
    CHECK(filtered("@ == -1.5", kItems) == "[-1.5]");
    CHECK(filtered("@ =~ /X/i", kItems) == R"(["x"])");
}

TEST_CASE("a literal is compared as a text, a number in the document by its value") {
    CHECK(filtered("@ == '1'", R"([1,"1",1.0])") == R"([1,"1",1.0])");
    CHECK(filtered("@ == 1.0", R"([1,"1","1.0"])") == R"([1,"1.0"])");
    CHECK(filtered("@ < 5", R"(["10","6",4])") == R"(["10",4])");
    CHECK(filtered("@ == 'true'", R"([true,"true",1])") == R"([true,"true"])");
    CHECK(filtered("@ == 'x'", "[1]") == "[]");
    CHECK(filtered("@ != 'x'", "[1,[1],{}]") == "[1]");
}

TEST_CASE("null and what is missing") {
    constexpr std::string_view kItems = R"([{"a":null},{"a":1},{"b":1}])";
    CHECK(filtered("@.a", kItems) == R"([{"a":1}])");
    CHECK(filtered("!@.a", kItems) == R"([{"a":null},{"b":1}])");
    CHECK(filtered("@.a == null", kItems) == R"([{"a":null}])");
    CHECK(filtered("@.a != null", kItems) == R"([{"a":1}])");
    CHECK(filtered("@.a != 2", kItems) == R"([{"a":null},{"a":1}])");
    CHECK(filtered("@.a < 2", kItems) == R"([{"a":1}])");
}

TEST_CASE("paths on both sides, of the element and of the root") {
    CHECK(found("$.l[?(@.n == $.want)].n", R"({"want":2,"l":[{"n":1},{"n":2}]})") == "[2]");
    CHECK(found("$.l[?(@.n > @.m)].n", R"({"l":[{"n":1,"m":2},{"n":3,"m":2}]})") == "[3]");
    CHECK(found("$[?(@.l[?(@.x == 1)])]", R"([{"l":[{"x":1}]},{"l":[{"x":2}]}])") ==
          R"([{"l":[{"x":1}]}])");
    CHECK(filtered("@..x", R"([{"l":[{"x":1}]},{"l":[]}])") == R"([{"l":[{"x":1}]}])");
    CHECK(filtered("@.tags[*] == ['a']", R"([{"tags":["a"]},{"tags":["b"]}])") ==
          R"([{"tags":["a"]}])");
}

TEST_CASE("and binds closer than or, parentheses closer than both") {
    constexpr std::string_view kItems = R"([{"a":1},{"b":1,"c":1},{"c":1},{"a":1,"c":1}])";
    CHECK(filtered("@.a || @.b && @.c", kItems) == R"([{"a":1},{"b":1,"c":1},{"a":1,"c":1}])");
    CHECK(filtered("(@.a||@.b)&&@.c", kItems) == R"([{"b":1,"c":1},{"a":1,"c":1}])");
    CHECK(filtered("!(@.a || @.b)", kItems) == R"([{"c":1}])");
    CHECK(found("$[?(@.a) && (@.c)]", kItems) == R"([{"a":1,"c":1}])");
    CHECK(filtered("@.s == 'x && y'", R"([{"s":"x && y"}])") == R"([{"s":"x && y"}])");
}

TEST_CASE("operators on lists and sizes") {
    constexpr std::string_view kItems = R"([{"v":"a"},{"v":"c"},{"v":["a","b"]},{"v":[]},{}])";
    CHECK(filtered("@.v in ['a', 1]", kItems) == R"([{"v":"a"}])");
    CHECK(filtered("@.v NIN ['a', 1]", kItems) == R"([{"v":"c"},{"v":["a","b"]},{"v":[]},{}])");
    CHECK(filtered("@.v subsetof ['a','b','c']", kItems) == R"([{"v":["a","b"]},{"v":[]}])");
    CHECK(filtered("@.v anyof ['b','c']", kItems) == R"([{"v":["a","b"]}])");
    CHECK(filtered("@.v noneof ['b','c']", kItems) == R"([{"v":[]}])");
    CHECK(filtered("@.v all ['a']", kItems) == R"([{"v":["a","b"]}])");
    CHECK(filtered("@.v contains 'a'", kItems) == R"([{"v":"a"},{"v":["a","b"]}])");
    CHECK(filtered("@.v size 2", kItems) == R"([{"v":["a","b"]}])");
    CHECK(filtered("@.v size 1", kItems) == R"([{"v":"a"},{"v":"c"}])");
    CHECK(filtered("@.v empty true", kItems) == R"([{"v":[]}])");
    CHECK(filtered("@.v empty false", kItems) == R"([{"v":"a"},{"v":"c"},{"v":["a","b"]}])");
    CHECK(filtered("@ in $[0]", R"([["x"],"x","y"])") == R"(["x"])");
    CHECK(filtered("@ === 1", R"([1,"1",1.0,true])") == "[1,1.0]");
    CHECK(filtered("@ !== 1", R"([1,"1",true])") == R"(["1",true])");
    CHECK(filtered("@ size 1", "[\"\xf0\x9f\x98\x80\",\"\xc3\xa4\"]") == "[\"\xc3\xa4\"]");
}

TEST_CASE("patterns match the whole text") {
    constexpr std::string_view kItems = R"(["foo","foobar",12,true,null,["foo"]])";
    CHECK(filtered("@ =~ /foo/", kItems) == R"(["foo",["foo"]])");
    CHECK(filtered("@ =~ /fo+.*/", kItems) == R"(["foo","foobar",["foo"]])");
    CHECK(filtered("@ =~ /\\d+/", kItems) == "[12]");
    CHECK(filtered("/true/ =~ @", kItems) == "[true]");
    CHECK(filtered(R"(@ =~ /a\/b/)", R"(["a/b"])") == R"(["a/b"])");
    CHECK(reason("$[?(@ =~ /(?=a)/)]").find("the pattern is not supported") != std::string::npos);
}

TEST_CASE("patterns are Java's") {
    constexpr std::string_view kItems = R"(["foo","FOO","f-o"])";
    CHECK(filtered("@ =~ /(?<x>F)o\\p{Alpha}/i", kItems) == R"(["foo","FOO"])");
    CHECK(filtered("@ =~ /(?i)F.O/", kItems) == R"(["foo","FOO","f-o"])");
    CHECK(filtered("@ =~ /(?iu)f\\Q-\\Eo/", kItems) == R"(["f-o"])");
    for (const std::string_view pattern : {"fo++", "[a-z&&[^o]]+", "(?U)foo", "(?P<x>foo)"}) {
        CAPTURE(pattern);
        const std::string told = reason("$[?(@ =~ /" + std::string(pattern) + "/)]");
        CHECK(told.find("the pattern is not supported") != std::string::npos);
    }
}

TEST_CASE("a filter on a map lets the map through or not") {
    CHECK(found("$[?(@.a == 1)].b", R"({"a":1,"b":2})") == "[2]");
    CHECK(found("$[?(@.a == 2)].b", R"({"a":1,"b":2})") == "[]");
    CHECK(found("$.x[?(@.a)]", R"({"x":5})") == "[]");
}

TEST_CASE("filters that make no sense are refused") {
    for (const std::string_view condition : {"",
                                             "@.a ==",
                                             "@.a = 1",
                                             "== 1",
                                             "@.a == foo",
                                             "'x'",
                                             "@.a && ",
                                             "@.a == 1 @.b",
                                             "(@.a",
                                             "@.a in 1",
                                             "@.a size 'x'",
                                             "@.a empty 1",
                                             "@.a =~ 'x'",
                                             "@.a == /x/",
                                             "/a/ =~ /b/",
                                             "@.a =~ /x",
                                             "!@.a == 1",
                                             "!'x'",
                                             "@.a === [1",
                                             "@.a like 'x'",
                                             "@.a == 01",
                                             "@.a == {'b' 1}",
                                             "@.a == 'x"}) {
        CAPTURE(condition);
        CHECK(filtered(condition, "[]") == "refused");
    }
    CHECK(found("$[?]", "[]") == "refused");
    CHECK(found("$[?@.a]", "[]") == "refused");
    CHECK(found("$[?(@.a)", "[]") == "refused");
}

}  // namespace
}  // namespace turnpike::jsonpath
