#include "tests/unit/common/schema/checking.hpp"

namespace turnpike::schema {
namespace {

TEST_CASE("the phrases of the reference") {
    CHECK(checked(R"({"required":["email"]})", "{}") ==
          R"([object has missing required properties (["email"])])");
    CHECK(checked(R"({"type":"number"})", R"("1")") ==
          "[instance type (string) does not match any allowed primitive type "
          R"((allowed: ["integer","number"])])");
    CHECK(checked(R"({"enum":["cat","dog","fish"]})", R"("bird")") ==
          R"([instance value ("bird") not found in enum (possible values: ["cat","dog","fish"])])");
    CHECK(checked(R"({"maximum":500})", "501") ==
          "[numeric instance is greater than the required maximum (maximum: 500, found: 501)]");
    CHECK(checked(R"({"minimum":25})", "1") ==
          "[numeric instance is lower than the required minimum (minimum: 25, found: 1)]");
    CHECK(checked(R"({"minLength":3})", R"("ab")") ==
          R"([string "ab" is too short (length: 2, required minimum: 3)])");
    CHECK(checked(R"({"maxLength":1})", R"("ab")") ==
          R"([string "ab" is too long (length: 2, maximum allowed: 1)])");
    CHECK(checked(R"({"pattern":"^a"})", R"("b")") ==
          R"([ECMA 262 regex "^a" does not match input string "b"])");
    CHECK(checked(R"({"additionalProperties":false})", R"({"x":1})") ==
          R"([object instance has properties which are not allowed by the schema: ["x"]])");
    CHECK(checked(R"({"minItems":1})", "[]") ==
          "[array is too short: must have at least 1 elements but instance has 0 elements]");
}

TEST_CASE("the phrases of the other keywords") {
    CHECK(checked(R"({"maxItems":1})", "[1,2]") ==
          "[array is too long: must have at most 1 elements but instance has 2 elements]");
    CHECK(checked(R"({"items":[{}],"additionalItems":false})", "[1,2]") ==
          "[schema only allows 1 elements in array but instance has 2 elements]");
    CHECK(checked(R"({"uniqueItems":true})", "[1,1]") ==
          "[array must not contain duplicate elements]");
    CHECK(checked(R"({"minimum":3,"exclusiveMinimum":true})", "3") ==
          "[numeric instance is not strictly greater than the required minimum 3]");
    CHECK(checked(R"({"maximum":3,"exclusiveMaximum":true})", "3.0") ==
          "[numeric instance is not strictly lower than the required maximum 3]");
    CHECK(checked(R"({"maximum":3,"exclusiveMaximum":true})", "4") ==
          "[numeric instance is greater than the required maximum (maximum: 3, found: 4)]");
    CHECK(checked(R"({"multipleOf":3})", "20") == "[remainder of division is not zero (20 / 3)]");
    CHECK(checked(R"({"minProperties":1})", "{}") ==
          "[object has too few properties (found 0 but schema requires at least 1)]");
    CHECK(checked(R"({"maxProperties":0})", R"({"a":1})") ==
          "[object has too many properties (found 1 but schema requires at most 0)]");
    CHECK(checked(R"({"dependencies":{"a":["c","b","d"]}})", R"({"a":1,"c":2})") ==
          R"([property "a" of object has missing property dependencies )"
          R"((schema requires ["b","c","d"]; missing: ["b","d"])])");
    CHECK(checked(R"({"anyOf":[{"type":"null"},{"type":"string"}]})", "1") ==
          "[instance failed to match at least one required schema among 2]");
    CHECK(checked(R"({"allOf":[{"minimum":2},{"maximum":4}]})", "5") ==
          "[instance failed to match all required schemas (matched only 1 out of 2)]");
    CHECK(checked(R"({"oneOf":[{},{},{"type":"null"}]})", "5") ==
          "[instance failed to match exactly one schema (matched 2 out of 3)]");
    CHECK(checked(R"({"not":{}})", "5") == "[instance matched a schema which it should not have]");
    CHECK(checked(R"({"$ref":"#/definitions/none"})", "5") ==
          R"([schema reference "#/definitions/none" cannot be resolved])");
}

TEST_CASE("at one place the keywords answer by name") {
    CHECK(
        checked(R"({"type":"string","required":["b","a"],"minProperties":4,
                      "additionalProperties":false,"enum":[1]})",
                R"({"z":1,"y":2})") ==
        R"([object instance has properties which are not allowed by the schema: ["y","z"], )"
        R"(instance value ({"z":1,"y":2}) not found in enum (possible values: [1]), )"
        "object has too few properties (found 2 but schema requires at least 4), "
        R"(object has missing required properties (["a","b"]), )"
        R"(instance type (object) does not match any allowed primitive type (allowed: ["string"])])");
}

TEST_CASE("members answer by name, items in order, and nothing below a problem") {
    const Schema schema = compiled(R"({
        "required": ["id"],
        "properties": {"b": {"type": "string"}, "a": {"minimum": 2},
                       "c": {"items": {"type": "null"}, "minItems": 3}}})");
    CHECK(
        checked(schema, R"({"b":1,"id":1,"a":1})") ==
        "[numeric instance is lower than the required minimum (minimum: 2, found: 1), "
        R"(instance type (integer) does not match any allowed primitive type (allowed: ["string"])])");
    CHECK(checked(schema, R"({"b":1})") == R"([object has missing required properties (["id"])])");
    CHECK(checked(schema, R"({"id":1,"a":1,"c":[1,2]})") ==
          "[numeric instance is lower than the required minimum (minimum: 2, found: 1), "
          "array is too short: must have at least 3 elements but instance has 2 elements]");
    CHECK(
        checked(schema, R"({"id":1,"c":[1,null,"a"]})") ==
        R"([instance type (integer) does not match any allowed primitive type (allowed: ["null"]), )"
        R"(instance type (string) does not match any allowed primitive type (allowed: ["null"])])");
}

TEST_CASE("schemas that a member requires answer for themselves") {
    CHECK(checked(R"({"dependencies":{"b":{"required":["d"]},"a":["c"]}})", R"({"a":1,"b":1})") ==
          R"([property "a" of object has missing property dependencies (schema requires ["c"]; )"
          R"(missing: ["c"]), object has missing required properties (["d"])])");
}

TEST_CASE("values are repeated as they were written") {
    CHECK(
        checked(R"({"maximum":1.50})", "2.500e1") ==
        "[numeric instance is greater than the required maximum (maximum: 1.50, found: 2.500e1)]");
    CHECK(checked(R"({"enum":["\u00e4/\""]})", R"({"a":["x\ny",1.0,null,true]})") ==
          "[instance value ({\"a\":[\"x\\ny\",1.0,null,true]}) not found in enum "
          "(possible values: [\"\u00e4/\\\"\"])]");
}

TEST_CASE("what is repeated is cut between characters") {
    const Schema schema = compiled(R"({"maxLength":1,"pattern":"^b"})");
    const Limits limits{.depth_max = 9, .steps_max = 99, .problems_max = 9, .value_bytes_max = 4};
    CHECK(checked(schema, "\"abc\u00e4\u00e4\"", limits) ==
          "[string \"abc...\" is too long (length: 5, maximum allowed: 1), "
          "ECMA 262 regex \"^b\" does not match input string \"abc...\"]");
    CHECK(checked(compiled(R"({"enum":[1]})"), R"([1,2,{"a":3},"long text"])", limits) ==
          "[instance value ([1,2,...]) not found in enum (possible values: [1])]");
    CHECK(checked(compiled(R"({"enum":[1]})"), R"({"name":{"b":1}})", limits) ==
          R"([instance value ({"nam...":{...}}) not found in enum (possible values: [1])])");
    CHECK(checked(compiled(R"({"required":["one","two","three"]})"), "{}", limits) ==
          R"([object has missing required properties (["one",...])])");
}

TEST_CASE("a report tells so many problems and no more") {
    const Schema schema = compiled(R"({"items":{"type":"null"}})");
    const Limits limits{.depth_max = 9, .steps_max = 99, .problems_max = 2, .value_bytes_max = 9};
    dynamic::Heap heap;
    const auto report = validate(schema, *dynamic::parse_json("[1,2,3]", heap), heap, limits);
    REQUIRE(report.has_value());
    CHECK(report->problems.size() == 2);
}

}  // namespace
}  // namespace turnpike::schema
