#include "tests/unit/common/schema/checking.hpp"

namespace turnpike::schema {
namespace {

bool is_too_much(const Schema& schema, std::string_view instance, const Limits& limits = {},
                 std::size_t heap_bytes_max = dynamic::Heap::kBytesMax) {
    dynamic::Heap values;
    dynamic::Heap heap(heap_bytes_max);
    const auto value = dynamic::parse_json(instance, values);
    REQUIRE(value.has_value());
    const auto report = validate(schema, *value, heap, limits);
    return !report.has_value() && report.error().kind == Error::Kind::LimitExceeded;
}

TEST_CASE("a schema that asks itself about the same value ends") {
    CHECK(is_too_much(compiled(R"({"allOf":[{"$ref":"#"}]})"), "1"));
    CHECK(is_too_much(compiled(R"({"not":{"$ref":"#"}})"), "1"));
    CHECK(is_too_much(compiled(R"({"anyOf":[{"$ref":"#"},{}]})"), "1"));
    CHECK(is_too_much(compiled(R"({"oneOf":[{"$ref":"#"},{}]})"), "1"));
    CHECK(is_too_much(compiled(R"({"dependencies":{"a":{"$ref":"#"}}})"), R"({"a":1})"));
}

TEST_CASE("a schema that doubles at each level ends") {
    const Schema schema = compiled(R"({"allOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"}}]})");
    CHECK(is_too_much(schema, std::string(60, '[') + std::string(60, ']')));
    CHECK(is_valid(schema, "[[[[]]]]"));
}

TEST_CASE("every part of an instance is counted") {
    const Limits few{.depth_max = 10, .steps_max = 100, .problems_max = 1, .value_bytes_max = 10};
    std::string items = "[";
    std::string members = "{";
    for (int at = 0; at < 200; ++at) {
        items += std::to_string(at) + ",";
        members += "\"" + std::to_string(at) + "\":1,";
    }
    items += "-1]";
    members += "\"-1\":1}";
    const std::string text = "\"" + std::string(6'400, 'a') + "\"";
    CHECK(is_too_much(compiled(R"({"items":{}})"), items, few));
    CHECK(is_too_much(compiled(R"({"uniqueItems":true})"), items, few));
    CHECK(is_too_much(compiled(R"({"enum":[1]})"), items, few));
    CHECK(is_too_much(compiled(R"({"enum":[1]})"), members, few));
    CHECK(is_too_much(compiled(R"({"additionalProperties":false})"), members, few));
    CHECK(is_too_much(compiled(R"({"additionalProperties":{}})"), members, few));
    CHECK(is_too_much(compiled(R"({"properties":{"a":{}}})"), members, few));
    CHECK(is_too_much(compiled(R"({"pattern":"b"})"), text, few));
    CHECK(
        is_too_much(compiled(R"({"multipleOf":3})"), std::string(6'400, '1').insert(1, "."), few));
    CHECK_FALSE(is_too_much(compiled(R"({"type":"array"})"), items, few));
}

TEST_CASE("a full heap is an error, not an exception") {
    std::string items = "[";
    for (int at = 0; at < 1'000; ++at) items += std::to_string(at) + ",";
    CHECK(is_too_much(compiled(R"({"uniqueItems":true})"), items + "-1]", {}, 1'000));
    CHECK(is_too_much(compiled(R"({"type":"null"})"), items + "-1]", {}, 10));
    CHECK_FALSE(is_too_much(compiled(R"({"type":"array"})"), items + "-1]", {}, 0));
}

TEST_CASE("values as deep as the reader lets them be are checked") {
    const Schema schema = compiled(R"({"items":{"$ref":"#"},"type":"array"})");
    CHECK(is_valid(schema, std::string(128, '[') + std::string(128, ']')));
    CHECK_FALSE(is_valid(schema, std::string(127, '[') + "1" + std::string(127, ']')));
}

TEST_CASE("patterns share a bound of memory") {
    std::string small = R"({"allOf":[{})";
    std::string large = small;
    for (int at = 0; at < 100; ++at) {
        small += R"(,{"pattern":"^[a-z]{1,9})" + std::to_string(at) + R"($"})";
        large += R"(,{"pattern":"^.{1,900})" + std::to_string(at) + R"($"})";
    }
    CHECK(compile(small + "]}", {}).has_value());
    const auto made = compile(large + "]}", {});
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == Error::Kind::LimitExceeded);
}

TEST_CASE("long names and addresses are not kept for each schema below them") {
    const std::string name(300'000, 'n');
    std::string schemas = R"("allOf":[{})";
    for (int at = 0; at < 5'000; ++at) schemas += ",{}";
    schemas += "]}";
    CHECK(is_valid(compiled(R"({"properties":{")" + name + R"(":{)" + schemas + "}}"), "{}"));
    CHECK(is_valid(compiled(R"({"id":"http://h/)" + name + R"(",)" + schemas), "{}"));
    CHECK(refusal(R"({"properties":{")" + name + R"(":{"type":1}}})") ==
          "Invalid schema at #/properties/...: it must be the name of a type or a list of them");
}

TEST_CASE("a schema of too many parts is refused") {
    std::string schema = R"({"allOf":[{})";
    for (int at = 0; at < 200'001; ++at) schema += ",{}";
    const auto made = compile(schema + "]}", {});
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == Error::Kind::LimitExceeded);
}

}  // namespace
}  // namespace turnpike::schema
