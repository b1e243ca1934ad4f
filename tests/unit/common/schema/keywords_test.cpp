#include "tests/unit/common/schema/checking.hpp"

namespace turnpike::schema {
namespace {

TEST_CASE("an empty schema takes everything") {
    for (const auto* instance : {"null", "1", "[]", "{}", R"({"a":[1,"x"]})"}) {
        CHECK(is_valid("{}", instance));
    }
}

TEST_CASE("types: a whole number is a number, and one with a fraction is no integer") {
    CHECK(is_valid(R"({"type":"integer"})", "5"));
    CHECK(is_valid(R"({"type":"integer"})", "12345678901234567890123"));
    CHECK(is_valid(R"({"type":"integer"})", "-0"));
    CHECK_FALSE(is_valid(R"({"type":"integer"})", "5.0"));
    CHECK_FALSE(is_valid(R"({"type":"integer"})", "5e1"));
    CHECK(is_valid(R"({"type":"number"})", "5"));
    CHECK(is_valid(R"({"type":["null","string"]})", "null"));
    CHECK_FALSE(is_valid(R"({"type":["null","string"]})", "false"));
    CHECK_FALSE(is_valid(R"({"type":[]})", "null"));
}

TEST_CASE("lengths count characters, not bytes") {
    CHECK(is_valid(R"({"maxLength":2})", "\"\u00e4\U0001f432\""));
    CHECK_FALSE(is_valid(R"({"maxLength":1})", "\"\u00e4\U0001f432\""));
    CHECK_FALSE(is_valid(R"({"minLength":3})", "\"\u00e4\U0001f432\""));
    CHECK(is_valid(R"({"minLength":2})", "\"\u00e4\U0001f432\""));
    CHECK(is_valid(R"({"maxLength":99999999999999999999})", R"("a")"));
    CHECK_FALSE(is_valid(R"({"minLength":99999999999999999999})", R"("a")"));
    CHECK(is_valid(R"({"maxLength":-0})", R"("")"));
    CHECK_FALSE(is_valid(R"({"maxLength":-0})", R"("a")"));
}

TEST_CASE("bounds compare what is written") {
    CHECK(is_valid(R"({"maximum":18446744073709551615})", "18446744073709551615"));
    CHECK_FALSE(is_valid(R"({"maximum":18446744073709551615})", "18446744073709551616"));
    CHECK_FALSE(is_valid(R"({"minimum":9007199254740993})", "9007199254740992.5"));
    CHECK(is_valid(R"({"maximum":0.1})", "0.1000"));
    CHECK_FALSE(is_valid(R"({"maximum":0.1})", "0.10000000000000000001"));
    CHECK(is_valid(R"({"maximum":3,"exclusiveMaximum":false})", "3"));
    CHECK_FALSE(is_valid(R"({"maximum":3,"exclusiveMaximum":true})", "3.0"));
    CHECK(is_valid(R"({"exclusiveMaximum":true})", "3"));
    CHECK(is_valid(R"({"maximum":3})", R"("4")"));
}

TEST_CASE("multiples are exact") {
    CHECK(is_valid(R"({"multipleOf":0.01})", "19.99"));
    CHECK(is_valid(R"({"multipleOf":0.1})", "1000000000000000000000.3"));
    CHECK_FALSE(is_valid(R"({"multipleOf":0.01})", "19.999"));
    CHECK_FALSE(is_valid(R"({"multipleOf":7})", "700000000000000000001"));
}

TEST_CASE("arrays: one schema for all, or one each and one for the rest") {
    CHECK(is_valid(R"({"items":{"type":"integer"}})", "[1,2]"));
    CHECK_FALSE(is_valid(R"({"items":{"type":"integer"}})", "[1,null]"));
    const Schema tuple = compiled(
        R"({"items":[{"type":"integer"},{"type":"string"}],"additionalItems":{"type":"null"}})");
    CHECK(is_valid(tuple, R"([1])"));
    CHECK(is_valid(tuple, R"([1,"a",null,null])"));
    CHECK_FALSE(is_valid(tuple, R"(["a",1])"));
    CHECK_FALSE(is_valid(tuple, R"([1,"a",2])"));
    CHECK(is_valid(R"({"additionalItems":false})", "[1,2]"));
    CHECK(is_valid(R"({"items":{},"additionalItems":false})", "[1,2]"));
    CHECK_FALSE(is_valid(R"({"items":[{}],"additionalItems":false})", "[1,2]"));
}

TEST_CASE("unique items, few and many") {
    const Schema unique = compiled(R"({"uniqueItems":true})");
    CHECK(is_valid(unique, R"([1,true,"1",[1],{"a":1},null,false,0])"));
    CHECK_FALSE(is_valid(unique, R"([{"a":1,"b":[2]},{"b":[2.0],"a":1}])"));
    std::string many = "[";
    for (int item = 0; item < 20'000; ++item) many += "[" + std::to_string(item) + "],";
    CHECK(is_valid(unique, many + "[-1]]"));
    CHECK_FALSE(is_valid(unique, many + "[77.0]]"));
    CHECK(is_valid(R"({"uniqueItems":false})", "[1,1]"));
}

TEST_CASE("objects: names, patterns and the rest") {
    const Schema schema = compiled(R"({
        "properties": {"id": {"type": "integer"}, "x-id": {"minimum": 5}},
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": {"type": "string"}})");
    CHECK(is_valid(schema, R"({"id":1,"x-id":5,"x-b":2,"other":"a"})"));
    CHECK_FALSE(is_valid(schema, R"({"id":"1"})"));
    CHECK_FALSE(is_valid(schema, R"({"x-id":5.5})"));
    CHECK_FALSE(is_valid(schema, R"({"x-id":4})"));
    CHECK_FALSE(is_valid(schema, R"({"other":1})"));
    CHECK_FALSE(is_valid(R"({"additionalProperties":false})", R"({"a":1})"));
    CHECK(is_valid(R"({"properties":{},"additionalProperties":false})", "{}"));
}

TEST_CASE("many properties are found by name") {
    std::string schema = R"({"additionalProperties":false,"properties":{)";
    std::string instance = "{";
    for (int at = 0; at < 1'000; ++at) {
        const std::string name = "\"p" + std::to_string(at) + "\":";
        schema += name + R"({"enum":[)" + std::to_string(at) + "]},";
        instance += name + std::to_string(at) + ",";
    }
    const Schema compiled_schema = compiled(schema + R"("last":{}}})");
    CHECK(is_valid(compiled_schema, instance + R"("last":1})"));
    CHECK_FALSE(is_valid(compiled_schema, instance + R"("p1000":1})"));
    CHECK_FALSE(is_valid(compiled_schema, R"({"p7":8})"));
}

TEST_CASE("required, sizes, dependencies") {
    CHECK(is_valid(R"({"required":["a"]})", R"({"a":null})"));
    CHECK_FALSE(is_valid(R"({"required":["a","b"]})", R"({"a":1})"));
    CHECK(is_valid(R"({"required":[]})", "{}"));
    CHECK(is_valid(R"({"minProperties":1,"maxProperties":2})", R"({"a":1})"));
    CHECK_FALSE(is_valid(R"({"minProperties":1})", "{}"));
    CHECK_FALSE(is_valid(R"({"maxProperties":0})", R"({"a":1})"));
    const Schema schema = compiled(R"({"dependencies":{"a":["b"],"c":{"minProperties":2}}})");
    CHECK(is_valid(schema, "{}"));
    CHECK(is_valid(schema, R"({"a":1,"b":1})"));
    CHECK_FALSE(is_valid(schema, R"({"a":1})"));
    CHECK_FALSE(is_valid(schema, R"({"c":1})"));
    CHECK(is_valid(schema, R"({"c":1,"d":1})"));
}

TEST_CASE("enumerations compare values, small and large ones") {
    const Schema few = compiled(R"({"enum":[1,"a",null,{"b":[1,2]}]})");
    CHECK(is_valid(few, "1.0"));
    CHECK(is_valid(few, R"({"b":[1,2.0]})"));
    CHECK_FALSE(is_valid(few, "true"));
    CHECK_FALSE(is_valid(few, R"({"b":[2,1]})"));
    std::string values = R"({"enum":["x")";
    for (int value = 0; value < 5'000; ++value) values += "," + std::to_string(value);
    const Schema many = compiled(values + "]}");
    CHECK(is_valid(many, "4999"));
    CHECK(is_valid(many, "4.2e1"));
    CHECK(is_valid(many, R"("x")"));
    CHECK_FALSE(is_valid(many, "5000"));
    CHECK(is_valid(R"({"enum":[12345678901234567890]})", "12345678901234567890"));
    CHECK_FALSE(is_valid(R"({"enum":[12345678901234567890]})", "12345678901234567891"));
    CHECK_FALSE(is_valid(R"({"enum":[]})", "null"));
}

TEST_CASE("schemas of schemas") {
    const Schema one = compiled(R"({"oneOf":[{"minimum":5},{"multipleOf":2}]})");
    CHECK(is_valid(one, "7"));
    CHECK(is_valid(one, "2"));
    CHECK_FALSE(is_valid(one, "6"));
    CHECK_FALSE(is_valid(one, "3"));
    CHECK(is_valid(R"({"anyOf":[{"type":"null"},{"type":"string"}]})", "null"));
    CHECK_FALSE(is_valid(R"({"anyOf":[{"type":"null"},{"type":"string"}]})", "1"));
    CHECK_FALSE(is_valid(R"({"allOf":[{"minimum":2},{"maximum":4}]})", "5"));
    CHECK(is_valid(R"({"not":{"type":"string"}})", "1"));
    CHECK_FALSE(is_valid(R"({"not":{}})", "1"));
    CHECK_FALSE(is_valid(R"({"not":{"not":{"type":"string"}}})", "1"));
}

TEST_CASE("formats and unknown keywords only annotate") {
    CHECK(is_valid(R"({"format":"email","example":1,"nullable":true,"const":3})", R"("no email")"));
}

}  // namespace
}  // namespace turnpike::schema
