#include "tests/unit/common/schema/checking.hpp"

namespace turnpike::schema {
namespace {

TEST_CASE("keywords of another form than draft-4's are refused with their place") {
    CHECK(refusal(R"({"properties":{"a":{"minLength":"3"}}})") ==
          "Invalid schema at #/properties/a/minLength: it must be a whole number that is not "
          "negative");
    CHECK(refusal(R"({"items":[{},{"maximum":"3"}]})") ==
          "Invalid schema at #/items/1/maximum: it must be a number");
    CHECK(refusal(R"({"properties":{"a":{"type":"string","required":true}}})") ==
          "Invalid schema at #/properties/a/required: it must be a list of names");
    CHECK(refusal(R"({"minimum":1,"exclusiveMinimum":1})") ==
          "Invalid schema at #/minimum: its exclusiveMinimum must be a boolean");
    for (const auto* schema : {R"({"maxItems":-1})",
                               R"({"maxItems":1.5})",
                               R"({"multipleOf":0})",
                               R"({"multipleOf":-2})",
                               R"({"multipleOf":1234567890123456789})",
                               R"({"multipleOf":"2"})",
                               R"({"pattern":1})",
                               R"({"uniqueItems":1})",
                               R"({"required":"a"})",
                               R"({"required":[1]})",
                               R"({"type":"any"})",
                               R"({"type":["string",1]})",
                               R"({"type":{}})",
                               R"({"enum":"a"})",
                               R"({"properties":[]})",
                               R"({"properties":{"a":true}})",
                               R"({"patternProperties":1})",
                               R"({"additionalProperties":1})",
                               R"({"items":true})",
                               R"({"items":[1]})",
                               R"({"additionalItems":"a"})",
                               R"({"allOf":{}})",
                               R"({"oneOf":[1]})",
                               R"({"anyOf":1})",
                               R"({"not":[]})",
                               R"({"dependencies":[]})",
                               R"({"dependencies":{"a":"b"}})"}) {
        CAPTURE(schema);
        CHECK(refusal(schema).starts_with("Invalid schema at #/"));
    }
}

TEST_CASE("what is no object is no schema") {
    for (const auto* schema : {"[]", "true", "1", "null", "\"a\""}) {
        CHECK(refusal(schema) == "Invalid schema at #: a schema must be an object");
    }
    CHECK(refusal("{") == "Invalid JSON");
    CHECK(refusal("") == "Invalid JSON");
}

TEST_CASE("patterns that RE2 has not are refused by name") {
    CHECK(refusal(R"({"properties":{"p":{"pattern":"^.(?=.*[A-Z]).+$"}}})") ==
          "Invalid schema at #/properties/p/pattern: the pattern \"^.(?=.*[A-Z]).+$\" cannot be "
          "used: "
          "look-ahead is supported only directly after a ^ at the start");
    CHECK(refusal(R"({"patternProperties":{"(a)\\1":{}}})") ==
          "Invalid schema at #/patternProperties: the pattern \"(a)\\1\" cannot be used: "
          "back references are not supported");
}

TEST_CASE("what stands beside a reference does not count") {
    CHECK(is_valid(
        R"({"definitions":{"a":{}},"$ref":"#/definitions/a","type":"null","minimum":"x"})", "1"));
}

TEST_CASE("an error in another model names it") {
    const auto schema =
        compile(R"({"$ref":"http://h/m#/definitions/a"})",
                resolver_of({{"http://h/m", R"({"definitions":{"a":{"type":1}}})"}}));
    REQUIRE_FALSE(schema.has_value());
    CHECK(schema.error().message.starts_with("Invalid schema at http://h/m#/definitions/a/type: "));
}

TEST_CASE("schemas are compiled however deep and recursive") {
    std::string deep;
    for (int level = 0; level < 60; ++level) deep += R"({"not":)";
    deep += R"({"type":"null"})" + std::string(60, '}');
    CHECK(is_valid(deep, "null"));
    CHECK_FALSE(is_valid(deep, "1"));
    CHECK(is_valid(R"({"properties":{"a":{"$ref":"#"}},"additionalProperties":false})",
                   R"({"a":{"a":{"a":{}}}})"));
}

}  // namespace
}  // namespace turnpike::schema
