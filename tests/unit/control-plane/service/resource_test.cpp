#include "tests/unit/control-plane/service/rest_api_fixture.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

json::Value patch_input(const RestApiFixture& api, std::string_view id, std::string_view op,
                        std::string_view path, std::string_view value) {
    const json::Value operation = json::Object{{"op", op}, {"path", path}, {"value", value}};
    return RestApiFixture::merged(api.in_resource(id),
                                  json::Object{{"patchOperations", json::Array{operation}}});
}

json::Value moved(RestApiFixture& api, std::string_view id, std::string_view path,
                  std::string_view value) {
    return api.call.ok("UpdateResource", patch_input(api, id, "replace", path, value));
}

std::string not_moved(RestApiFixture& api, std::string_view id, std::string_view path,
                      std::string_view value, std::string_view op = "replace") {
    return api.call.refused("UpdateResource", patch_input(api, id, op, path, value));
}

std::string path_of(RestApiFixture& api, std::string_view id) {
    return std::string(api.call.ok("GetResource", api.in_resource(id)).text("path"));
}

}  // namespace

TEST_CASE("Resource: a new one knows its parent and its path") {
    RestApiFixture api;
    const std::string pets = api.add_resource("pets");
    CHECK(pets.size() == 6);
    const std::string pet = api.add_resource("{id}", pets);
    CHECK(api.call.ok("GetResource", api.in_resource(pet)) ==
          json::Value(json::Object{
              {"id", pet}, {"parentId", pets}, {"pathPart", "{id}"}, {"path", "/pets/{id}"}}));
}

TEST_CASE("Resource: path parts") {
    RestApiFixture api;
    for (const char* part : {"pets", "a.b_c-d:e,f$g%h+i~j@k!l", "{id}", "0"}) {
        CAPTURE(part);
        CHECK(api.add_resource(part).size() == 6);
    }
    for (const char* part :
         {"", "a/b", "a b", "{", "{}", "{+}", "{a", "a}", "{a}{b}", "{a+b}", "p{id}", "\xC3\xA9"}) {
        CAPTURE(part);
        CHECK(api.refuse_resource(part).starts_with(
            "400 Resource's path part only allow a-zA-Z0-9._-"));
    }
}

TEST_CASE("Resource: one name per parent") {
    RestApiFixture api;
    api.add_resource("pets");
    CHECK(api.refuse_resource("pets") ==
          "409 Another resource with the same parent already has this name: pets");
}

TEST_CASE("Resource: one variable per parent, whatever its name") {
    RestApiFixture api;
    api.add_resource("{proxy+}");
    CHECK(
        api.refuse_resource("{id}") ==
        "400 A sibling ({proxy+}) of this resource already has a variable path part -- only one is "
        "allowed");
    CHECK(api.add_resource("literal").size() == 6);
}

TEST_CASE("Resource: nothing below a greedy variable") {
    RestApiFixture api;
    const std::string proxy = api.add_resource("{proxy+}");
    for (const char* part : {"static", "{dynamic}"}) {
        CHECK(api.refuse_resource(part, proxy) ==
              "400 Cannot create a child of a resource with a greedy path variable: {proxy+}");
    }
}

TEST_CASE("Resource: an unknown parent, resource or API is an unknown resource") {
    RestApiFixture api;
    const std::string text = "404 Invalid Resource identifier specified";
    CHECK(api.refuse_resource("pets", "nothing") == text);
    for (const char* operation : {"GetResource", "UpdateResource", "DeleteResource"}) {
        CHECK(api.call.refused(operation, api.in_resource("nothing")) == text);
        CHECK(api.call.refused(operation, json::Object{{"restApiId", "none"},
                                                       {"resourceId", api.root}}) == text);
    }
}

TEST_CASE("Resource: the quota of an API counts the root") {
    RestApiFixture api;
    api.call.installation.resources_per_api_max = 2;
    api.add_resource("a");
    CHECK(api.refuse_resource("b").starts_with(
        "429 Maximum number of resources for this API has been reached"));
}

TEST_CASE("Resource: methods are empty objects unless they are embedded") {
    RestApiFixture api;
    api.add_method();
    CHECK(*api.call.ok("GetResource", api.in_resource(api.root)).find("resourceMethods") ==
          RestApiFixture::parse(R"({"GET":{}})"));
    CHECK(*api.call.ok("GetResources", api.in_api()).array("items")[0].find("resourceMethods") ==
          RestApiFixture::parse(R"({"GET":{}})"));
    const json::Value method = api.call.ok("GetMethod", api.in_method());
    const json::Value one =
        api.call.ok("GetResource", api.in_resource(api.root, R"({"embed":["methods"]})"));
    CHECK(*one.find("resourceMethods")->find("GET") == method);
    const json::Value all = api.call.ok("GetResources", api.in_api(R"({"embed":["methods"]})"));
    CHECK(*all.array("items")[0].find("resourceMethods")->find("GET") == method);
}

TEST_CASE("Resource: lists are by path and have pages") {
    RestApiFixture api;
    api.add_resource("b");
    const std::string a = api.add_resource("a");
    api.add_resource("c", a);
    const json::Value first = api.call.ok("GetResources", api.in_api(R"({"limit":3})"));
    REQUIRE(first.array("items").size() == 3);
    CHECK(first.array("items")[0].text("path") == "/");
    CHECK(first.array("items")[1].text("path") == "/a");
    CHECK(first.array("items")[2].text("path") == "/a/c");
    const json::Value second = api.call.ok(
        "GetResources",
        RestApiFixture::merged(api.in_api(), json::Object{{"position", first.text("position")}}));
    REQUIRE(second.array("items").size() == 1);
    CHECK(second.array("items")[0].text("path") == "/b");
}

TEST_CASE("Resource: a new name changes the paths below") {
    RestApiFixture api;
    const std::string pets = api.add_resource("pets");
    const std::string pet = api.add_resource("{id}", pets);
    const std::string toys = api.add_resource("toys", pet);
    const std::string other = api.add_resource("pets2");
    CHECK(moved(api, pets, "/pathPart", "animals").text("path") == "/animals");
    CHECK(path_of(api, toys) == "/animals/{id}/toys");
    CHECK(path_of(api, other) == "/pets2");
}

TEST_CASE("Resource: a new parent changes the paths below") {
    RestApiFixture api;
    const std::string pets = api.add_resource("pets");
    const std::string pet = api.add_resource("{id}", pets);
    const std::string v1 = api.add_resource("v1");
    const json::Value after = moved(api, pets, "/parentId", v1);
    CHECK(after.text("parentId") == v1);
    CHECK(after.text("path") == "/v1/pets");
    CHECK(path_of(api, pet) == "/v1/pets/{id}");
    CHECK(moved(api, pets, "/parentId", api.root).text("path") == "/pets");
}

TEST_CASE("Resource: a move cannot make a cycle") {
    RestApiFixture api;
    const std::string pets = api.add_resource("pets");
    const std::string pet = api.add_resource("{id}", pets);
    CHECK(not_moved(api, pets, "/parentId", pet) == "400 Resources cannot be cyclical.");
    CHECK(not_moved(api, pets, "/parentId", pets) == "400 Resources cannot be cyclical.");
}

TEST_CASE("Resource: a move or a name cannot clash with a sibling") {
    RestApiFixture api;
    const std::string pets = api.add_resource("pets");
    const std::string v1 = api.add_resource("v1");
    api.add_resource("pets", v1);
    const std::string text =
        "409 Another resource with the same parent already has this name: pets";
    CHECK(not_moved(api, pets, "/parentId", v1) == text);
    CHECK(not_moved(api, v1, "/pathPart", "pets") == text);
    CHECK(moved(api, pets, "/pathPart", "pets").text("path") == "/pets");
}

TEST_CASE("Resource: a move to an unknown or greedy parent is refused") {
    RestApiFixture api;
    const std::string pets = api.add_resource("pets");
    const std::string proxy = api.add_resource("{proxy+}");
    CHECK(not_moved(api, pets, "/parentId", "nothing") ==
          "404 Invalid Resource identifier specified");
    CHECK(not_moved(api, pets, "/parentId", proxy) ==
          "400 Cannot create a child of a resource with a greedy path variable: {proxy+}");
}

TEST_CASE("Resource: one with children cannot become greedy") {
    RestApiFixture api;
    const std::string pets = api.add_resource("pets");
    api.add_resource("toys", pets);
    CHECK(not_moved(api, pets, "/pathPart", "{proxy+}").starts_with("400 "));
}

TEST_CASE("Resource: the root stays where it is") {
    RestApiFixture api;
    CHECK(not_moved(api, api.root, "/pathPart", "x") ==
          "400 Root resource cannot update its pathPart.");
    CHECK(not_moved(api, api.root, "/parentId", "x") ==
          "400 Root resource cannot update its parentId.");
    CHECK(api.call.refused("DeleteResource", api.in_resource(api.root)).starts_with("400 "));
}

TEST_CASE("Resource: refusals of a patch") {
    RestApiFixture api;
    const std::string pets = api.add_resource("pets");
    CHECK(not_moved(api, pets, "/invalid", "x") ==
          "400 Invalid patch path  '/invalid' specified for op 'replace'. Must be one of: "
          "[/parentId, "
          "/pathPart]");
    for (const char* op : {"add", "remove"}) {
        CHECK(not_moved(api, pets, "/pathPart", "x", op) ==
              std::string("400 Invalid patch path  '/pathPart' specified for op '") + op +
                  "'. Please choose supported operations");
    }
}

TEST_CASE("Resource: deleting it takes its subtree and methods along") {
    RestApiFixture api;
    const std::string pets = api.add_resource("pets");
    const std::string pet = api.add_resource("{id}", pets);
    const std::string other = api.add_resource("pets2");
    api.call.ok("PutMethod",
                api.in_resource(pet, R"({"httpMethod":"GET","authorizationType":"NONE"})"));
    CHECK(api.call.ok("DeleteResource", api.in_resource(pets)) == json::Value(json::Object{}));
    const std::string text = "404 Invalid Resource identifier specified";
    CHECK(api.call.refused("GetResource", api.in_resource(pets)) == text);
    CHECK(api.call.refused("DeleteResource", api.in_resource(pet)) == text);
    CHECK(api.call.refused("GetMethod", api.in_resource(pet, R"({"httpMethod":"GET"})")) == text);
    CHECK(path_of(api, other) == "/pets2");
}
