#include "common/jsonpath/path.hpp"

#include <doctest/doctest.h>

#include "tests/unit/common/jsonpath/fixture.hpp"

namespace turnpike::jsonpath {
namespace {

constexpr std::string_view kStore =
    R"({"books":[{"t":"one","p":1.0},{"t":"two","p":2.50},{"t":"three"}],"a":{"b":{"c":null}}})";

TEST_CASE("names, indices and the root give the value itself") {
    CHECK(found("$", "[1, 1.0, -0]") == "[1,1.0,-0]");
    CHECK(found("$.books[0].t", kStore) == R"("one")");
    CHECK(found("$['books'][1][\"p\"]", kStore) == "2.50");
    CHECK(found("$.books[-1].t", kStore) == R"("three")");
    CHECK(found("$.books[(@.length - 2)].t", kStore) == R"("two")");
    CHECK(found("books[0].t", kStore) == R"("one")");
    CHECK(found(" @.books[ 0 ].t\n", kStore) == R"("one")");
    CHECK(found("$['a']b", R"({"a":{"b":1}})") == "1");
}

TEST_CASE("null is a value, what is missing is nothing") {
    CHECK(found("$.a.b.c", kStore) == "null");
    CHECK(found("$.a.b.c.d", kStore) == "nothing");
    CHECK(found("$.a.x", kStore) == "nothing");
    CHECK(found("$.books[3]", kStore) == "nothing");
    CHECK(found("$.books[-4]", kStore) == "nothing");
    CHECK(found("$.books.t", kStore) == "nothing");
    CHECK(found("$.a[0]", kStore) == "nothing");
    CHECK(found("$.x", R"("text")") == "nothing");
}

TEST_CASE("wildcards, slices and lists of indices always give a list") {
    CHECK(found("$.books[*].p", kStore) == "[1.0,2.50]");
    CHECK(found("$.a.*.c", kStore) == "[null]");
    CHECK(found("$[0,2,7,-1]", "[1,2,3]") == "[1,3,3]");
    CHECK(found("$[1:]", "[1,2,3]") == "[2,3]");
    CHECK(found("$[-2:]", "[1,2,3]") == "[2,3]");
    CHECK(found("$[:2]", "[1,2,3]") == "[1,2]");
    CHECK(found("$[:-1]", "[1,2,3]") == "[1,2]");
    CHECK(found("$[1:2]", "[1,2,3]") == "[2]");
    CHECK(found("$[-3:-1]", "[1,2,3]") == "[1,2]");
    CHECK(found("$[-9:2147483647]", "[1,2,3]") == "[1,2,3,1,2,3]");
    CHECK(found("$[5:]", "[1,2,3]") == "[]");
    CHECK(found("$.x[*]", kStore) == "[]");
    CHECK(found("$[*]", "5") == "[]");
}

TEST_CASE("a scan finds what is above before what is below, in the order of the document") {
    CHECK(found("$..t", kStore) == R"(["one","two","three"])");
    CHECK(found("$..a", R"({"a":{"a":1},"b":[{"a":2}]})") == R"([{"a":1},1,2])");
    CHECK(found("$..*", R"({"a":[1,{"b":2}]})") == R"([[1,{"b":2}],1,{"b":2},2])");
    CHECK(found("$..[0]", "[[1,2],[3]]") == "[[1,2],1,3]");
    CHECK(found("$..b.c", R"([{"b":{"c":1}},{"b":{}}])") == "[1]");
    CHECK(found("$..a..c", R"({"a":{"b":{"c":1}}})") == "[1]");
}

TEST_CASE("several names at the end are merged into one map") {
    CHECK(found("$['b','x','a']", R"({"a":1,"b":2})") == R"({"b":2,"a":1})");
    CHECK(found("$['a','b'].c", R"({"a":{"c":1},"b":{"c":2}})") == "[1,2]");
    CHECK(found("$..['a','b']", R"([{"a":1,"b":2},{"a":3}])") == R"([{"a":1,"b":2}])");
    CHECK(found("$['a','b']", "[1]") == "nothing");
}

TEST_CASE("quoted names hold anything") {
    CHECK(found(R"($['a.b'])", R"({"a.b":1})") == "1");
    CHECK(found(R"($['it\'s'])", R"({"it's":1})") == "1");
    CHECK(found(R"($["a]b"])", R"({"a]b":1})") == "1");
    CHECK(found(R"($['\u00e4\ud83d\ude00'])", "{\"\xc3\xa4\xf0\x9f\x98\x80\":1}") == "1");
    CHECK(found(R"($['*'])", R"({"*":1})") == "1");
    CHECK(found(R"($[''])", R"({"":1})") == "1");
    CHECK(found("$.\xc3\xa4-b_1$", "{\"\xc3\xa4-b_1$\":1}") == "1");
}

TEST_CASE("which paths are definite") {
    for (const std::string_view path :
         {"$", "$.a[0]['b']", "$['a','b']", "$[-1]", "$.a.length()", "$..a.max()"}) {
        CAPTURE(path);
        const auto compiled = compile(path);
        REQUIRE(compiled.has_value());
        CHECK(compiled->is_definite());
    }
    for (const std::string_view path :
         {"$.*", "$..a", "$[0,1]", "$[:1]", "$[?(@.a)]", "$['a','b'].c", "$[*].length()"}) {
        CAPTURE(path);
        const auto compiled = compile(path);
        REQUIRE(compiled.has_value());
        CHECK_FALSE(compiled->is_definite());
    }
}

TEST_CASE("what is wrong is told with its place") {
    const auto told = [](std::string_view expression) {
        const std::string message = reason(expression);
        const std::string_view opening = "Invalid JSONPath expression: ";
        CHECK(message.starts_with(opening));
        return message.substr(std::min(message.size(), opening.size()));
    };
    CHECK(told("") == "empty");
    CHECK(told("$a") == "expected '.' or '[' at character 2");
    CHECK(told("$.") == "a path cannot end with '.' at character 3");
    CHECK(told("$..") == "a path cannot end with '..' at character 4");
    CHECK(told("$....a") == "'..' twice at character 6");
    CHECK(told("$.a b") == "expected a name; names with blanks are written ['a b'] at character 4");
    CHECK(told("  a b") == "expected a name; names with blanks are written ['a b'] at character 4");
    CHECK(told("$['a") == "the quoted text has no end at character 3");
    CHECK(told("$['a'") == "expected ']' at character 6");
    CHECK(told("$[a]") ==
          "expected a quoted name, an index, a slice, '*' or a filter at character 3");
    CHECK(told("$[1,]") == "not an index at character 5");
    CHECK(told("$[99999999999]") == "not an index at character 3");
    CHECK(told("$[:]") == "expected a number at character 4");
    CHECK(told("$.a.foo()") == "there is no function 'foo' at character 5");
    CHECK(told("$['\\ud800']") == "half of a surrogate pair at character 10");
}

TEST_CASE("expressions are bounded") {
    CHECK(compile("$." + std::string(kExpressionBytesMax - 2, 'a')).has_value());
    CHECK_FALSE(compile("$." + std::string(kExpressionBytesMax - 1, 'a')).has_value());
    std::string steps = "$";
    for (std::size_t n = 0; n < kStepsMax; ++n) steps += ".a";
    CHECK(compile(steps).has_value());
    CHECK_FALSE(compile(steps + ".a").has_value());
    const auto nested = [](std::size_t depth) {
        std::string text = "$";
        for (std::size_t n = 0; n < depth; ++n) text += "[?(@";
        for (std::size_t n = 0; n < depth; ++n) text += ")]";
        return text;
    };
    CHECK(compile(nested(kNestingMax / 3)).has_value());
    CHECK_FALSE(compile(nested(kNestingMax / 2)).has_value());
    CHECK_FALSE(compile("$[?(" + std::string(kNestingMax, '(') + "@.a").has_value());
    CHECK_FALSE(compile("$[?(@.a == " + std::string(kNestingMax, '[')).has_value());
}

TEST_CASE("evaluation is bounded") {
    dynamic::Heap heap;
    const auto root = dynamic::parse_json("[[1,2,3],[4,5,6]]", heap);
    REQUIRE(root.has_value());
    const auto path = compile("$..*");
    REQUIRE(path.has_value());
    CHECK(evaluate(*path, *root, heap).has_value());
    const auto stopped = evaluate(*path, *root, heap, {.steps_max = 5});
    REQUIRE_FALSE(stopped.has_value());
    CHECK(stopped.error().kind == Error::Kind::LimitExceeded);
    dynamic::Heap small(100);
    const auto full = evaluate(*path, *root, small);
    REQUIRE_FALSE(full.has_value());
    CHECK(full.error().kind == Error::Kind::LimitExceeded);
}

TEST_CASE("long texts count by their length") {
    const std::string text(100'000, 'a');
    const std::string document = R"({"s":")" + text + R"(","l":[1,2,3]})";
    dynamic::Heap heap;
    const auto root = dynamic::parse_json(document, heap);
    REQUIRE(root.has_value());
    for (const std::string_view expression :
         {"$.l[?($.s == 'x')]", "$.l[?(1 == $.s)]", "$.l[?($.s =~ /(a|b)*/)]", "$.l[?($.s in [1])]",
          "$.l[?($.s contains 'aab')]"}) {
        CAPTURE(expression);
        const auto path = compile(expression);
        REQUIRE(path.has_value());
        CHECK(evaluate(*path, *root, heap).has_value());
        CHECK_FALSE(evaluate(*path, *root, heap, {.steps_max = 2'000}).has_value());
    }
}

TEST_CASE("a value that contains itself ends the evaluation") {
    dynamic::Heap heap;
    dynamic::List list(heap);
    list.items.push_back(dynamic::Value::list(list));
    for (const std::string_view text : {"$..a", "$..*", "$[?(@ == $)]", "$[?(@ in [1])]"}) {
        CAPTURE(text);
        const auto path = compile(text);
        REQUIRE(path.has_value());
        const auto result = evaluate(*path, dynamic::Value::list(list), heap);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().kind == Error::Kind::LimitExceeded);
    }
}

TEST_CASE("results outlive the path") {
    dynamic::Heap heap;
    const auto root = dynamic::parse_json(R"({"a":{"n":1},"l":[]})", heap);
    REQUIRE(root.has_value());
    std::pmr::string text;
    for (const std::string_view expression :
         {"$.a['n','x']", "$.a.keys()", "$.l.append('t', 1.50, 2)", "$.l.concat(\"b\")"}) {
        std::optional<dynamic::Value> value;
        {
            const auto path = compile(expression);
            REQUIRE(path.has_value());
            const auto result = evaluate(*path, *root, heap);
            REQUIRE(result.has_value());
            value = *result;
        }
        REQUIRE(value.has_value());
        dynamic::append_json(*value, text);
    }
    CHECK(text == R"({"n":1}["n"]["t",1.50,2]"b")");
}

}  // namespace
}  // namespace turnpike::jsonpath
