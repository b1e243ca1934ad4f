#include "tests/unit/common/schema/checking.hpp"

namespace turnpike::schema {
namespace {

constexpr std::string_view kModels = "https://apigateway.amazonaws.com/restapis/a1b2c3/models/";

std::string model(std::string_view name) { return std::string(kModels) + std::string(name); }

TEST_CASE("a model refers to other models of its API") {
    const auto models = resolver_of({
        {model("Pet"), R"({"type":"object","required":["owner"],
                           "properties":{"owner":{"$ref":")" +
                           model("Owner") + R"("}}})"},
        {model("Owner"), R"({"type":"object","required":["name"],
                             "definitions":{"age":{"type":"integer"}},
                             "properties":{"pets":{"type":"array","items":{"$ref":")" +
                             model("Pet") + R"("}}}})"},
    });
    const Schema pet = compiled(R"({"$ref":")" + model("Pet") + R"("})", models);
    CHECK(is_valid(pet, R"({"owner":{"name":"a"}})"));
    CHECK_FALSE(is_valid(pet, R"({"owner":{}})"));
    CHECK(is_valid(pet, R"({"owner":{"name":"a","pets":[{"owner":{"name":"a","pets":[]}}]}})"));
    CHECK(
        checked(pet, R"({"owner":{"name":"a","pets":[{"owner":{"name":"a","pets":[1]}}]}})") ==
        R"([instance type (integer) does not match any allowed primitive type (allowed: ["object"])])");
    const Schema age =
        compiled(R"({"items":{"$ref":")" + model("Owner") + R"(#/definitions/age"}})", models);
    CHECK(is_valid(age, "[1]"));
    CHECK_FALSE(is_valid(age, "[\"1\"]"));
}

TEST_CASE("a model may name itself by its own address") {
    const auto schema =
        compile(R"({"properties":{"next":{"$ref":")" + model("Node") + R"("}},"required":["id"]})",
                {}, model("Node"));
    REQUIRE(schema.has_value());
    CHECK(is_valid(*schema, R"({"id":1,"next":{"id":2}})"));
    CHECK_FALSE(is_valid(*schema, R"({"id":1,"next":{"id":2,"next":{}}})"));
}

TEST_CASE("relative references start from the model's address") {
    const auto schema =
        compile(R"({"$ref":"Pet#/definitions/name"})",
                resolver_of({{model("Pet"), R"({"definitions":{"name":{"type":"string"}}})"}}),
                model("Other"));
    REQUIRE(schema.has_value());
    CHECK(is_valid(*schema, R"("a")"));
    CHECK_FALSE(is_valid(*schema, "1"));
}

TEST_CASE("a document is asked for once") {
    int asked = 0;
    const Resolver resolver = [&asked](std::string_view) -> std::optional<std::string> {
        ++asked;
        return R"({"definitions":{"a":{"type":"null"}},"type":"null"})";
    };
    const Schema schema = compiled(
        R"({"items":[{"$ref":"http://h/a"},{"$ref":"http://h/a#/definitions/a"},{"$ref":"http://h/a#"}]})",
        resolver);
    CHECK(asked == 1);
    CHECK(is_valid(schema, "[null,null,null]"));
}

TEST_CASE("what leads nowhere is never valid, but only where it stands") {
    const auto models = resolver_of({{model("Text"), "not json"}, {model("List"), "[1]"}});
    for (const std::string& reference :
         {model("None"), model("Text"), model("List"), std::string("#/definitions/none"),
          std::string("#/definitions/a/type"), std::string("#/required/00"),
          std::string("#/required/1"), std::string("#name"), std::string("#/definitions/%zz")}) {
        CAPTURE(reference);
        const Schema schema = compiled(R"({"definitions":{"a":{"type":"null"}},"required":["id"],
                                           "properties":{"a":{"$ref":")" +
                                           reference + R"("}}})",
                                       models);
        CHECK(is_valid(schema, R"({"id":1})"));
        CHECK(checked(schema, R"({"id":1,"a":null})") ==
              "[schema reference \"" + reference + "\" cannot be resolved]");
    }
}

TEST_CASE("references that only lead to each other are never valid") {
    const Schema schema = compiled(
        R"({"definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}},
            "properties":{"x":{"$ref":"#/definitions/a"}}})");
    CHECK(is_valid(schema, "{}"));
    CHECK_FALSE(is_valid(schema, R"({"x":1})"));
    CHECK_FALSE(is_valid(compiled(R"({"$ref":"#"})"), "1"));
}

TEST_CASE("an id names its schema and moves the base of what is below it") {
    const Schema schema = compiled(R"({
        "id": "http://h/root.json",
        "definitions": {
            "a": {"id": "folder/", "definitions": {"b": {"id": "b.json", "type": "integer"}},
                  "items": {"$ref": "b.json"}},
            "c": {"id": "#name", "type": "null"}},
        "items": [{"$ref": "http://h/folder/"}, {"$ref": "#name"}, {"$ref": "root.json#name"},
                  {"$ref": "folder/b.json"}]})");
    CHECK(is_valid(schema, "[[1],null,null,1]"));
    CHECK_FALSE(is_valid(schema, "[[null]]"));
    CHECK_FALSE(is_valid(schema, "[[1],1]"));
    CHECK_FALSE(is_valid(schema, "[[1],null,1]"));
    CHECK_FALSE(is_valid(schema, "[[1],null,null,null]"));
}

TEST_CASE("pointers undo their escapes") {
    const Schema schema = compiled(R"({
        "definitions": {"a/b": {"~c": {"d e": [{}, {"type": "null"}]}}},
        "$ref": "#/definitions/a~1b/~0c/d%20e/1"})");
    CHECK(is_valid(schema, "null"));
    CHECK_FALSE(is_valid(schema, "1"));
}

}  // namespace
}  // namespace turnpike::schema
