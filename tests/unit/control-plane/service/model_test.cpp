#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

constexpr const char* kSchema = R"({"type":"object"})";

json::Value input(const RestApiFixture& api, std::string_view name,
                  std::string_view schema = kSchema) {
    return RestApiFixture::merged(
        api.in_api(),
        json::Object{{"name", name}, {"contentType", "application/json"}, {"schema", schema}});
}

json::Value made(RestApiFixture& api, std::string_view name, std::string_view schema = kSchema) {
    return api.call.ok("CreateModel", input(api, name, schema));
}

json::Value of(const RestApiFixture& api, std::string_view name, std::string_view more = "{}") {
    return RestApiFixture::merged(
        RestApiFixture::merged(api.in_api(), json::Object{{"modelName", name}}),
        RestApiFixture::parse(more));
}

json::Value patched(RestApiFixture& api, std::string_view name, std::string_view operations) {
    return api.call.ok("UpdateModel",
                       RestApiFixture::merged(of(api, name), RestApiFixture::patch(operations)));
}

std::string not_patched(RestApiFixture& api, std::string_view name, std::string_view operations) {
    return api.call.refused(
        "UpdateModel", RestApiFixture::merged(of(api, name), RestApiFixture::patch(operations)));
}

std::string not_deleted(RestApiFixture& api, std::string_view name) {
    return api.call.refused("DeleteModel", of(api, name));
}

/// {"$ref": ...} to another model of the API.
std::string reference(const RestApiFixture& api, std::string_view name) {
    return R"({"$ref":"https://apigateway.amazonaws.com/restapis/)" + api.api + "/models/" +
           std::string(name) + "\"}";
}

constexpr const char* kNoSchema =
    "400 Model schema must have at least 1 property or array items defined";

}  // namespace

TEST_CASE("Model: what was given is shown, an empty description is not") {
    RestApiFixture api;
    json::Value model = made(api, "Pet");
    CHECK(model.text("id").size() == 6);
    CHECK(api.call.ok("GetModel", of(api, "Pet")) == model);
    model.as_object().erase("id");
    CHECK(model == json::Value(json::Object{
                       {"name", "Pet"}, {"schema", kSchema}, {"contentType", "application/json"}}));
    json::Value described = input(api, "Other");
    described["description"] = "d";
    CHECK(api.call.ok("CreateModel", described).text("description") == "d");
    described["name"] = "Third";
    described["description"] = "";
    CHECK(api.call.ok("CreateModel", described).find("description") == nullptr);
}

TEST_CASE("Model: lists have the two that every API begins with") {
    RestApiFixture api;
    made(api, "Pet");
    const json::Value listed = api.call.ok("GetModels", api.in_api());
    REQUIRE(listed.array("items").size() == 3);
    CHECK(listed.array("items")[0].text("name") == "Empty");
    CHECK(listed.array("items")[1].text("name") == "Error");
    CHECK(listed.array("items")[2].text("name") == "Pet");
}

TEST_CASE("Model: what a new one cannot be") {
    RestApiFixture api;
    CHECK(api.call.refused("CreateModel", input(api, "")) == "400 Model name must be non-empty");
    CHECK(api.call.refused("CreateModel", input(api, "my-model")).starts_with("400 "));
    CHECK(api.call.refused("CreateModel", input(api, "Pet", "")) == kNoSchema);
    json::Value none = input(api, "Pet");
    none.as_object().erase("schema");
    CHECK(api.call.refused("CreateModel", none) == kNoSchema);
    none["contentType"] = "application/xml";
    CHECK(api.call.refused("CreateModel", none) == kNoSchema);
    none["schema"] = kSchema;
    none["contentType"] = "xml";
    CHECK(api.call.refused("CreateModel", none).find("Invalid content type specified: xml") !=
          std::string::npos);
    CHECK(api.call.refused("CreateModel", RestApiFixture::merged(
                                              input(api, "Pet", ""),
                                              RestApiFixture::parse(R"({"restApiId":"none"})"))) ==
          "404 Invalid API identifier specified 000000000000:none");
    made(api, "Pet");
    CHECK(api.call.refused("CreateModel", input(api, "Pet")) ==
          "409 Model name already exists for this REST API");
    api.call.installation.models_per_api_max = 3;
    CHECK(api.call.refused("CreateModel", input(api, "Fourth")).starts_with("429 "));
}

TEST_CASE("Model: an unknown one is named; an unknown API is not told apart") {
    RestApiFixture api;
    made(api, "Pet");
    for (const char* operation : {"GetModel", "GetModelTemplate", "UpdateModel", "DeleteModel"}) {
        CAPTURE(operation);
        CHECK(api.call.refused(operation, of(api, "MySchema")) ==
              "404 Invalid model name specified: MySchema");
        CHECK(api.call.refused(operation, of(api, "Pet", R"({"restApiId":"none"})")) ==
              "404 Invalid model name specified: Pet");
    }
    CHECK(api.call.refused("GetModels", api.in_api(R"({"restApiId":"none"})")) ==
          "404 Invalid API identifier specified 000000000000:none");
}

TEST_CASE("Model: description and schema are replaced") {
    RestApiFixture api;
    made(api, "Pet");
    json::Value after = patched(api, "Pet", R"([
        {"op":"replace","path":"/description","value":"d"},
        {"op":"replace","path":"/schema","value":"{\"type\":\"array\"}"}])");
    CHECK(after.text("description") == "d");
    CHECK(after.text("schema") == R"({"type":"array"})");
    CHECK(api.call.ok("GetModel", of(api, "Pet")) == after);
    CHECK(patched(api, "Pet", R"([{"op":"replace","path":"/description","value":""}])")
              .find("description") == nullptr);
    CHECK(not_patched(api, "Pet", R"([{"op":"replace","path":"/schema","value":""}])") ==
          kNoSchema);
    CHECK(not_patched(api, "Pet", R"([{"op":"replace","path":"/schema","value":"{"}])")
              .find("Invalid model schema specified") != std::string::npos);
    CHECK(not_patched(api, "Pet", R"([{"op":"replace","path":"/name","value":"n"}])") ==
          "400 Invalid patch path  '/name' specified for op 'replace'. Must be one of: "
          "[/description, /schema]");
    CHECK(not_patched(api, "Pet", R"([{"op":"add","path":"/wrong-path","value":"n"}])") ==
          "400 Invalid patch path  '/wrong-path' specified for op 'add'. Please choose supported "
          "operations");
}

TEST_CASE("Model: the newest method that needs it keeps it") {
    RestApiFixture api;
    made(api, "Pet");
    const std::string models =
        R"({"authorizationType":"NONE","httpMethod":"ANY","requestModels":{"application/json":"Pet"}})";
    api.call.ok("PutMethod", api.in_resource(api.root, models));
    const std::string start = "409 Cannot delete model 'Pet', is referenced in method request: ";
    CHECK(not_deleted(api, "Pet") == start + "//ANY");
    const std::string test = api.add_resource("test");
    api.call.ok("PutMethod", api.in_resource(test, models));
    CHECK(not_deleted(api, "Pet") == start + "/test/ANY");
    api.call.ok("DeleteMethod", api.in_resource(test, R"({"httpMethod":"ANY"})"));
    CHECK(not_deleted(api, "Pet") == start + "//ANY");
    api.call.ok("UpdateMethod",
                RestApiFixture::merged(
                    api.in_resource(api.root, R"({"httpMethod":"ANY"})"),
                    RestApiFixture::patch(
                        R"([{"op":"remove","path":"/requestModels/application~1json"}])")));
    CHECK(api.call.ok("DeleteModel", of(api, "Pet")) == json::Value(json::Object{}));
    CHECK(api.call.refused("GetModel", of(api, "Pet")).starts_with("404 "));
}

TEST_CASE("Model: method responses and other models keep it too") {
    RestApiFixture api;
    made(api, "Pet");
    made(api, "Pets", R"({"type":"array","items":)" + reference(api, "Pet") + "}");
    api.add_method();
    api.call.ok("PutMethodResponse",
                api.in_response("200", R"({"responseModels":{"application/json":"Pets"}})"));
    CHECK(not_deleted(api, "Pets") ==
          "409 Cannot delete model 'Pets', is referenced in method response: //GET");
    CHECK(not_deleted(api, "Pet") == "409 Cannot delete model 'Pet', is referenced in model: Pets");
    api.call.ok("DeleteMethodResponse", api.in_response("200"));
    api.call.ok("DeleteModel", of(api, "Pets"));
    api.call.ok("DeleteModel", of(api, "Pet"));
}

TEST_CASE("Model: a name inside another schema is no reference") {
    RestApiFixture api;
    made(api, "Pet");
    made(api, "Shop",
         R"({"type":"object","description":"Pet","properties":{"Pet":{"type":"string",
        "enum":[)" +
             reference(api, "Pet") + "]}}}");
    CHECK(api.call.ok("DeleteModel", of(api, "Pet")) == json::Value(json::Object{}));
}

TEST_CASE("Model: a clone's models refer to each other, not to the source's") {
    RestApiFixture api;
    made(api, "Pet");
    made(api, "Pets", R"({"items":)" + reference(api, "Pet") + "}");
    const json::Value clone =
        api.call.ok("CreateRestApi", json::Object{{"name", "copy"}, {"cloneFrom", api.api}});
    const json::Value pets = api.call.ok(
        "GetModel", json::Object{{"restApiId", clone.text("id")}, {"modelName", "Pets"}});
    CHECK(pets.text("schema").find(api.api) == std::string_view::npos);
    CHECK(pets.text("schema").find(clone.text("id")) != std::string_view::npos);
}
