#include <doctest/doctest.h>

#include "control-plane/service/documentation_part.hpp"
#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;

namespace {

const std::string kContent = R"({"description":"d"})";

struct World : InstallationUnderTest {
    Value part(const Object& location, std::string_view properties = kContent) const {
        return Object{{"restApiId", api}, {"location", location}, {"properties", properties}};
    }
    Value make(const Object& location) {
        return call.ok("CreateDocumentationPart", part(location));
    }
    std::string refused(const Object& location, std::string_view properties = kContent) {
        return call.refused("CreateDocumentationPart", part(location, properties));
    }
    Value named(std::string_view id) const {
        return Object{{"restApiId", api}, {"documentationPartId", id}};
    }
    /// The locations of a list, in writing.
    std::vector<std::string> listed(Object more = {}) {
        more.set("restApiId", api);
        std::vector<std::string> locations;
        const Value page = call.ok("GetDocumentationParts", more);
        for (const Value& item : page.array("items")) {
            locations.push_back(json::write(*item.find("location")));
        }
        return locations;
    }
};

}  // namespace

TEST_CASE("a part is shown as it was given") {
    World world;
    const Value made = world.make({{"type", "METHOD"}, {"path", "/pets"}, {"method", "GET"}});
    CHECK(made.text("id").size() == 6);
    CHECK(made == Value(Object{{"id", made.text("id")},
                               {"location",
                                Object{{"type", "METHOD"}, {"path", "/pets"}, {"method", "GET"}}},
                               {"properties", kContent}}));
    CHECK(world.call.ok("GetDocumentationPart", world.named(made.text("id"))) == made);
    CHECK(world.make({{"type", "API"}, {"path", ""}, {"statusCode", " "}})
              .find("location")
              ->as_object() == Object{{"type", "API"}});
}

TEST_CASE("there is one part for a location, said with or without its defaults") {
    World world;
    world.make({{"type", "RESPONSE"}, {"path", "/"}, {"statusCode", "*"}});
    CHECK(world.refused({{"type", "RESPONSE"}, {"method", "*"}}) ==
          "409 Documentation part already exists for the specified location: type 'RESPONSE', "
          "method '*'.");
    world.make({{"type", "RESPONSE"}, {"statusCode", "200"}});
    world.make({{"type", "RESPONSE_BODY"}});
}

TEST_CASE("a location has what its type asks for and nothing else") {
    World world;
    const std::string start = "400 Invalid documentation part location: ";
    CHECK(world.refused({{"type", "MODEL"}}) == start + "name is required for type MODEL");
    CHECK(world.refused({{"type", "QUERY_PARAMETER"}, {"path", "/"}}) ==
          start + "name is required for type QUERY_PARAMETER");
    CHECK(world.refused({{"type", "API"}, {"path", "/"}}) ==
          start + "path is not supported for type API");
    CHECK(world.refused({{"type", "RESOURCE"}, {"method", "GET"}}) ==
          start + "method is not supported for type RESOURCE");
    CHECK(world.refused({{"type", "METHOD"}, {"statusCode", "200"}}) ==
          start + "statusCode is not supported for type METHOD");
    for (const Object& wrong :
         {Object{{"type", "RESOURCE"}, {"path", "pets"}},
          Object{{"type", "RESOURCE"}, {"path", "/" + std::string(1024, 'p')}},
          Object{{"type", "MODEL"}, {"name", std::string(513, 'n')}},
          Object{{"type", "METHOD"}, {"method", "get"}},
          Object{{"type", "RESPONSE"}, {"statusCode", "600"}}, Object{{"type", "WRONG"}}}) {
        CHECK(world.refused(wrong).starts_with(start));
    }
}

TEST_CASE("properties are an object in writing") {
    World world;
    CHECK(world.refused({{"type", "API"}}, " ") ==
          "400 Documentation part properties must be non-empty");
    for (const char* text : {"x", "[]", "1", "{\"a\":}"}) {
        CHECK(world.refused({{"type", "API"}}, text) ==
              "400 Documentation part properties must be a JSON object");
    }
    const std::string longest = "{\"a\":\"" + std::string(65536 - 8, 'x') + "\"}";
    CHECK(world.refused({{"type", "API"}}, longest + " ").starts_with("400 "));
    CHECK(world.call("CreateDocumentationPart", world.part({{"type", "API"}}, longest)));
}

TEST_CASE("properties are patched, nothing else is") {
    World world;
    const Value made = world.make({{"type", "API"}});
    Value input = world.named(made.text("id"));
    const auto patch = [&](const Value& one) {
        input["patchOperations"] = Array{one};
        return input;
    };
    const Value changed = world.call.ok("UpdateDocumentationPart",
                                        patch(operation("replace", "/properties", "{\"a\":1}")));
    CHECK(changed.text("properties") == "{\"a\":1}");
    CHECK(world.call.ok("GetDocumentationPart", input) == changed);
    CHECK(world.call.refused("UpdateDocumentationPart",
                             patch(operation("replace", "/properties", ""))) ==
          "400 Documentation part properties must be non-empty");
    CHECK(world.call.refused("UpdateDocumentationPart",
                             patch(operation("replace", "/invalidPath", "x"))) ==
          "400 Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: "
          "[/properties]");
    CHECK(world.call.refused("UpdateDocumentationPart",
                             patch(operation("add", "/properties", "{}"))) ==
          "400 Invalid patch path  '/properties' specified for op 'add'. Please choose supported "
          "operations");
}

TEST_CASE("parts are listed by type, path and start of the name") {
    World world;
    world.make({{"type", "API"}});
    world.make({{"type", "RESOURCE"}, {"path", "/pets"}});
    world.make({{"type", "METHOD"}, {"path", "/pets"}, {"method", "GET"}});
    world.make({{"type", "QUERY_PARAMETER"}, {"path", "/pets"}, {"name", "page"}});
    world.make({{"type", "QUERY_PARAMETER"}, {"name", "limit"}});
    CHECK(world.listed().size() == 5);
    CHECK(world.listed({{"type", "QUERY_PARAMETER"}}).size() == 2);
    CHECK(world.listed({{"path", "/pets"}}).size() == 3);
    CHECK(world.listed({{"path", "/"}}) ==
          std::vector<std::string>{R"({"type":"QUERY_PARAMETER","name":"limit"})"});
    CHECK(world.listed({{"path", "/pets"}, {"type", "METHOD"}, {"locationStatus", "DOCUMENTED"}}) ==
          std::vector<std::string>{R"({"type":"METHOD","path":"/pets","method":"GET"})"});
    CHECK(world.listed({{"nameQuery", "pa"}}).size() == 1);
    CHECK(world.listed({{"nameQuery", "PA"}}).empty());
}

TEST_CASE("what has no content is listed on request, and leaves the list with it") {
    World world;
    world.call.ok(
        "PutMethod",
        Object{{"restApiId", world.api},
               {"resourceId", world.call.ok("GetResources", Object{{"restApiId", world.api}})
                                  .array("items")[1]
                                  .text("id")},
               {"httpMethod", "POST"},
               {"authorizationType", "NONE"},
               {"requestParameters", Object{{"method.request.querystring.page", false},
                                            {"method.request.header.X-A.b", true}}},
               {"requestModels", Object{{"application/json", "Empty"}}}});
    const Object undocumented{{"locationStatus", "UNDOCUMENTED"}};
    const auto of_post = [&] {
        Object asked = undocumented;
        asked.set("path", "/pets");
        std::vector<std::string> found;
        for (const std::string& location : world.listed(asked)) {
            if (location.find("POST") != std::string::npos) found.push_back(location);
        }
        std::sort(found.begin(), found.end());
        return found;
    };
    CHECK(of_post() ==
          std::vector<std::string>{
              R"({"type":"METHOD","path":"/pets","method":"POST"})",
              R"({"type":"QUERY_PARAMETER","name":"page","path":"/pets","method":"POST"})",
              R"({"type":"REQUEST_BODY","path":"/pets","method":"POST"})",
              R"({"type":"REQUEST_HEADER","name":"X-A.b","path":"/pets","method":"POST"})"});
    // Inherited from the root by the parameter, not by the method.
    world.make({{"type", "QUERY_PARAMETER"}, {"name", "page"}});
    world.make({{"type", "METHOD"}, {"path", "/"}, {"method", "POST"}});
    CHECK(of_post().size() == 3);
    world.make({{"type", "METHOD"}, {"path", "/pets"}, {"method", "POST"}});
    CHECK(of_post().size() == 2);
    Object models = undocumented;
    models.set("type", "MODEL");
    CHECK(world.listed(models) == std::vector<std::string>{R"({"type":"MODEL","name":"Empty"})",
                                                           R"({"type":"MODEL","name":"Error"})"});
}

TEST_CASE("what has no content is listed page by page, each once") {
    World world;
    Value input = Object{{"restApiId", world.api}, {"locationStatus", "UNDOCUMENTED"}};
    const std::size_t all = world.call.ok("GetDocumentationParts", input).array("items").size();
    REQUIRE(all > 4);
    input["limit"] = 2;
    std::set<std::string> seen;
    for (std::size_t pages = 0; pages < all; ++pages) {
        const Value page = world.call.ok("GetDocumentationParts", input);
        for (const Value& item : page.array("items")) seen.insert(json::write(item));
        if (page.find("position") == nullptr) break;
        input["position"] = page.text("position");
    }
    CHECK(seen.size() == all);
}

TEST_CASE("parts are counted against the quota") {
    World world;
    world.call.installation.documentation_parts_per_api_max = 1;
    world.make({{"type", "API"}});
    CHECK(world.refused({{"type", "METHOD"}}) ==
          "429 Maximum number of documentation parts for this API has been reached");
}

TEST_CASE("what is not there cannot be read, changed or deleted") {
    World world;
    const std::string id(world.make({{"type", "API"}}).text("id"));
    world.call.ok("DeleteDocumentationPart", world.named(id));
    const std::string no_part = "404 Invalid Documentation part identifier specified";
    for (const char* verb :
         {"GetDocumentationPart", "UpdateDocumentationPart", "DeleteDocumentationPart"}) {
        CHECK(world.call.refused(verb, world.named(id)) == no_part);
    }
    Value elsewhere = world.named(id);
    elsewhere["restApiId"] = "unknown";
    const std::string no_api = "404 Invalid API identifier specified 000000000000:unknown";
    CHECK(world.call.refused("GetDocumentationPart", elsewhere) == no_part);
    CHECK(world.call.refused("UpdateDocumentationPart", elsewhere) == no_part);
    CHECK(world.call.refused("DeleteDocumentationPart", elsewhere) == no_api);
    CHECK(world.call.refused("GetDocumentationParts", elsewhere) == no_api);
    Value created = world.part({{"type", "API"}});
    created["restApiId"] = "unknown";
    CHECK(world.call.refused("CreateDocumentationPart", created) == no_api);
}
