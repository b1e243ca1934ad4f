#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

json::Value input(const RestApiFixture& api, std::string_view name, std::string_view schema) {
    return RestApiFixture::merged(
        api.in_api(),
        json::Object{{"name", name}, {"contentType", "application/json"}, {"schema", schema}});
}

void make(RestApiFixture& api, std::string_view name, std::string_view schema) {
    api.call.ok("CreateModel", input(api, name, schema));
}

/// What refers to itself or forward cannot be made at once.
void change(RestApiFixture& api, std::string_view name, std::string_view schema) {
    const json::Value replace =
        json::Object{{"op", "replace"}, {"path", "/schema"}, {"value", schema}};
    api.call.ok("UpdateModel", json::Object{{"restApiId", api.api},
                                            {"modelName", name},
                                            {"patchOperations", json::Array{replace}}});
}

std::string flat(RestApiFixture& api, std::string_view name) {
    const json::Value model = api.call.ok(
        "GetModel", json::Object{{"restApiId", api.api}, {"modelName", name}, {"flatten", true}});
    return std::string(model.text("schema"));
}

std::string sample(RestApiFixture& api, std::string_view name) {
    const json::Value answer =
        api.call.ok("GetModelTemplate", json::Object{{"restApiId", api.api}, {"modelName", name}});
    const std::string text(answer.text("value"));
    const std::string start = "#set($inputRoot = $input.path('$'))\n";
    REQUIRE(text.starts_with(start));
    return text.substr(start.size());
}

std::string url(const RestApiFixture& api, std::string_view name) {
    return "https://gateway.example/restapis/" + api.api + "/models/" + std::string(name);
}
std::string reference(const RestApiFixture& api, std::string_view name) {
    return R"({"$ref":")" + url(api, name) + "\"}";
}

}  // namespace

TEST_CASE("Model schema: a JSON model has a usable JSON schema") {
    RestApiFixture api;
    for (const char* schema :
         {"{", "[]", "\"text\"", R"({"type":"file"})", R"({"properties":[]})",
          R"({"properties":{"a":"string"}})", R"({"properties":{"a":{"type":1}}})",
          R"({"items":{"allOf":{}}})", R"({"required":true})"}) {
        CAPTURE(schema);
        CHECK(api.call.refused("CreateModel", input(api, "Bad", schema)) ==
              "400 Invalid model specified: Validation Result: warnings : [], errors : [Invalid "
              "model schema specified]");
    }
    json::Value xml = input(api, "Xml", "<schema/>");
    CHECK(api.call.refused("CreateModel", xml).starts_with("400 "));
    xml["contentType"] = "application/xml";
    CHECK(api.call.ok("CreateModel", xml).text("schema") == "<schema/>");
    make(api, "Types", R"({"type":["string","null"],"items":[{"type":"integer"}]})");
}

TEST_CASE("Model schema: its size is bounded") {
    RestApiFixture api;
    const std::string long_text(400 * 1024, ' ');
    CHECK(api.call.refused("CreateModel", input(api, "Big", "{}" + long_text)).starts_with("400 "));
    make(api, "Fits", "{}" + long_text.substr(2));
}

TEST_CASE("Model schema: references are to models of the API, or into the schema") {
    RestApiFixture api;
    make(api, "Pet", "{}");
    for (const char* place : {"Pet", "https://a.example/restapis/other/models/Pet", "pet.json",
                              "http://a.example/restapis/x/models/Pet"}) {
        CAPTURE(place);
        CHECK(
            api.call
                .refused("CreateModel",
                         input(api, "Pets", R"({"items":{"$ref":")" + std::string(place) + "\"}}"))
                .find("Model reference must be in canonical form") != std::string::npos);
    }
    CHECK(api.call.refused("CreateModel", input(api, "Pets", reference(api, "Missing")))
              .find("Unknown model reference specified") != std::string::npos);
    make(api, "Pets", R"({"items":)" + reference(api, "Pet") + R"(,"not":{"$ref":"#/items"}})");
    make(api, "Tree", R"({"items":)" + reference(api, "Tree") + "}");
}

TEST_CASE("Model schema: flattened, other models stand where they were referred to") {
    RestApiFixture api;
    make(api, "Name", R"({"$schema":"http://json-schema.org/draft-04/schema#","type":"string"})");
    make(api, "Pet",
         R"({"definitions":{"kind":{"enum":["cat","dog"]}},"properties":{"name":)" +
             reference(api, "Name") + R"(,"kind":{"$ref":"#/definitions/kind"}}})");
    make(api, "Pets",
         R"({"type":"array","items":)" + reference(api, "Pet") +
             R"(,"definitions":{"own":{"type":"null"}},"not":{"$ref":"#/definitions/own"}})");
    CHECK(flat(api, "Pets") ==
          R"({"type":"array","items":{"properties":{"name":{"type":"string"},)"
          R"("kind":{"enum":["cat","dog"]}}},"definitions":{"own":{"type":"null"}},)"
          R"("not":{"$ref":"#/definitions/own"}})");
    const json::Value plain =
        api.call.ok("GetModel", json::Object{{"restApiId", api.api}, {"modelName", "Pets"}});
    CHECK(plain.text("schema").find(url(api, "Pet")) != std::string_view::npos);
}

TEST_CASE("Model schema: flattened, what contains itself is named") {
    RestApiFixture api;
    make(api, "B", "{}");
    make(api, "A", R"({"properties":{"b":)" + reference(api, "B") + "}}");
    change(
        api, "B",
        R"({"properties":{"a":)" + reference(api, "A") + R"(,"b":)" + reference(api, "B") + "}}");
    // A is the schema itself; B stands once as it is and once as a definition.
    CHECK(
        RestApiFixture::parse(flat(api, "A")) ==
        RestApiFixture::parse(
            R"({"properties":{"b":{"properties":{"a":{"$ref":"#"},"b":{"$ref":"#/definitions/B"}}}},
                  "definitions":{"B":{"properties":{"a":{"$ref":"#"},"b":{"$ref":"#/definitions/B"}}}}})"));
    CHECK(RestApiFixture::parse(flat(api, "B")) ==
          RestApiFixture::parse(R"({"properties":{"a":{"properties":{"b":{"$ref":"#"}}},
                                    "b":{"$ref":"#"}}})"));
}

TEST_CASE("Model schema: a name that the schema has already is not taken") {
    RestApiFixture api;
    make(api, "B", "{}");
    change(api, "B", R"({"items":)" + reference(api, "B") + "}");
    make(api, "A", R"({"items":)" + reference(api, "B") + R"(,"definitions":{"B":{}}})");
    CHECK(flat(api, "A") ==
          R"({"items":{"items":{"$ref":"#/definitions/B_"}},"definitions":{"B":{},)"
          R"("B_":{"items":{"$ref":"#/definitions/B_"}}}})");
}

TEST_CASE("Model schema: references that double at every step are refused when flattened") {
    RestApiFixture api;
    api.call.installation.models_per_api_max = 100;
    make(api, "M0", R"({"type":"string"})");
    for (int i = 1; i <= 28; ++i) {
        const std::string below = reference(api, "M" + std::to_string(i - 1));
        make(api, "M" + std::to_string(i),
             R"({"properties":{"a":)" + below + R"(,"b":)" + below + "}}");
    }
    const json::Value last = json::Object{{"restApiId", api.api}, {"modelName", "M28"}};
    CHECK(api.call.refused("GetModel",
                           RestApiFixture::merged(last, json::Object{{"flatten", true}})) ==
          "400 The flattened model is too large");
    CHECK(flat(api, "M4").find("$ref") == std::string::npos);
}

TEST_CASE("Model schema: long chains of references are flattened without deep recursion") {
    RestApiFixture api;
    std::string chain = R"({"items":{"$ref":"#/definitions/d0"},"definitions":{)";
    for (int i = 0; i < 2000; ++i) {
        chain += "\"d" + std::to_string(i) + R"(":{"items":{"$ref":"#/definitions/d)" +
                 std::to_string(i + 1) + "\"}},";
    }
    make(api, "Chain", chain + R"("d2000":{"type":"string"}}})");
    make(api, "User", reference(api, "Chain"));
    const json::Value schema = RestApiFixture::parse(flat(api, "User"));
    CHECK(schema.object("definitions").size() > 0);
    CHECK(sample(api, "User").find("{ }") != std::string::npos);
}

TEST_CASE("Model template: an empty model") {
    RestApiFixture api;
    CHECK(sample(api, "Empty") == "{ }");
    CHECK(sample(api, "Error") == "{\n  \"message\" : \"foo\"\n}");
}

TEST_CASE("Model template: a sample of each type") {
    RestApiFixture api;
    make(api, "Pet", R"({"properties":{"name":{"type":"string"},"age":{"type":"integer"},
        "price":{"type":"number"},"tame":{"type":"boolean"},"kind":{"enum":["cat"]},
        "none":{"type":"null"},"maybe":{"type":["null","string"]},"owner":{"type":"object",
        "properties":{"first name":{"oneOf":[{"type":"string"},{"type":"null"}]}}}}})");
    CHECK(sample(api, "Pet") == R"({
  "name" : "foo",
  "age" : 42,
  "price" : 42,
  "tame" : true,
  "kind" : "cat",
  "none" : null,
  "maybe" : "foo",
  "owner" : {
    "first name" : "foo"
  }
})");
}

TEST_CASE("Model template: arrays are loops, each with an element of its own") {
    RestApiFixture api;
    make(api, "Pet", R"({"properties":{"tags":{"type":"array","items":{"type":"string"}}}})");
    make(api, "Pets", R"({"type":"array","items":)" + reference(api, "Pet") + "}");
    CHECK(sample(api, "Pets") == R"([
##Let this loop read the array of the input
#foreach($elem in $inputRoot)
  {
    "tags" : [
##Let this loop read the array of the input
#foreach($elem2 in $elem.tags)
      "foo"
#if($foreach.hasNext),#end
#end
    ]
  }
#if($foreach.hasNext),#end
#end
])");
}

TEST_CASE("Model template: parts of a model are one object, and a model in itself is left out") {
    RestApiFixture api;
    make(api, "Base", R"({"properties":{"id":{"type":"integer"}}})");
    make(api, "Node",
         R"({"allOf":[)" + reference(api, "Base") +
             R"(,{"properties":{"id":{"type":"string"},"next":)" + reference(api, "Node") + "}}]}");
    CHECK(sample(api, "Node") == "{\n  \"id\" : 42,\n  \"next\" : { }\n}");
}

TEST_CASE("Model template: one that doubles at every step is refused") {
    RestApiFixture api;
    make(api, "M0", R"({"type":"string"})");
    for (int i = 1; i <= 15; ++i) {
        const std::string below = reference(api, "M" + std::to_string(i - 1));
        make(api, "M" + std::to_string(i),
             R"({"properties":{"a":)" + below + R"(,"b":)" + below + "}}");
    }
    CHECK(api.call.refused("GetModelTemplate",
                           json::Object{{"restApiId", api.api}, {"modelName", "M15"}}) ==
          "400 The template of the model is too large");
}
