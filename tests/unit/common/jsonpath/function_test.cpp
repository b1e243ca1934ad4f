#include <doctest/doctest.h>

#include "tests/unit/common/jsonpath/fixture.hpp"

namespace turnpike::jsonpath {
namespace {

constexpr std::string_view kNumbers = R"({"n":[1,2.0,"x",3,4],"t":["a",1,"b"],"m":{"x":1,"y":2}})";

TEST_CASE("numbers of a list") {
    CHECK(found("$.n.min()", kNumbers) == "1.0");
    CHECK(found("$.n.max()", kNumbers) == "4.0");
    CHECK(found("$.n.avg()", kNumbers) == "2.5");
    CHECK(found("$.n.sum()", kNumbers) == "10.0");
    CHECK(found("$.n.stddev()", "{\"n\":[1,1,3,3]}") == "1.0");
    CHECK(found("$.n.sum(5, $.m.x)", kNumbers) == "16.0");
    CHECK(found("$.sum($.n, 1)", kNumbers) == "11.0");
    CHECK(found("$.m.sum()", kNumbers) == "nothing");
    CHECK(found("$.x.sum()", kNumbers) == "nothing");
}

TEST_CASE("sizes, keys and elements") {
    CHECK(found("$.n.length()", kNumbers) == "5");
    CHECK(found("$.m.size()", kNumbers) == "2");
    CHECK(found("$.n[0].length()", kNumbers) == "null");
    CHECK(found("$.m.keys()", kNumbers) == R"(["x","y"])");
    CHECK(found("$.m.keys().length()", kNumbers) == "2");
    CHECK(found("$.n.first()", kNumbers) == "1");
    CHECK(found("$.n.last()", kNumbers) == "4");
    CHECK(found("$.n.index(1)", kNumbers) == "2.0");
    CHECK(found("$.n.index(-5)", kNumbers) == "1");
    CHECK(found("$.n.index(5)", kNumbers) == "nothing");
    CHECK(found("$.n.index()", kNumbers) == "refused");
    CHECK(found("$.m.first()", kNumbers) == "nothing");
}

TEST_CASE("texts and lists are made longer, the document stays as it is") {
    CHECK(found("$.t.concat()", kNumbers) == R"("ab")");
    CHECK(found("$.t.concat('-', $.n)", kNumbers) == R"("ab-12.0x34")");
    CHECK(found("$.concat($.t[0], \"/\", $.t[2])", kNumbers) == R"("a/b")");
    CHECK(found("$.t.append(2, 'c', null)", kNumbers) == R"(["a",1,"b",2,"c",null])");
    CHECK(found("$['t','t'].append(1)", kNumbers) == R"([["a",1,"b",1],["a",1,"b",1]])");
    CHECK(found("$.t.append([1])", kNumbers) == "refused");
}

TEST_CASE("after a scan a function works on all that was found") {
    constexpr std::string_view kBooks = R"({"b":[{"p":1,"l":[1,2]},{"p":2,"l":[3]}]})";
    CHECK(found("$..p.max()", kBooks) == "2.0");
    CHECK(found("$..p.first()", kBooks) == "1");
    CHECK(found("$..b.length()", kBooks) == "2");
    CHECK(found("$..l.length()", kBooks) == "3");
    CHECK(found("$.b[*].l.length()", kBooks) == "[2,1]");
    CHECK(found("$..length()", kBooks) == "refused");
}

TEST_CASE("functions in filters") {
    CHECK(found("$[?(@.l.length() > 1)].n", R"([{"n":1,"l":[1]},{"n":2,"l":[1,2]}])") == "[2]");
    CHECK(found("$[?(@.length() == $[0].length())]", "[[1],[2],[]]") == "[[1],[2]]");
    CHECK(found("$[?(@ == $.max())]", "[1,3,2]") == "[3]");
}

}  // namespace
}  // namespace turnpike::jsonpath
