#include <doctest/doctest.h>

#include "control-plane/service/documentation_part.hpp"
#include "tests/unit/control-plane/service/installation_under_test.hpp"

using namespace turnpike;
using namespace turnpike::tests;
using service::DocumentationImportMode;

namespace {

Value part(Object location, std::string_view properties) {
    return Object{{"location", std::move(location)}, {"properties", properties}};
}

struct World : InstallationUnderTest {
    World() {
        kept = make({{"type", "API"}}, R"({"a":1})");
        replaced = make({{"type", "RESPONSE"}, {"path", "/"}}, R"({"a":2})");
    }
    std::string make(const Object& location, std::string_view properties) {
        return std::string(
            call.ok("CreateDocumentationPart",
                    Object{{"restApiId", api}, {"location", location}, {"properties", properties}})
                .text("id"));
    }
    service::ImportedDocumentation import(const std::vector<Value>& parts,
                                          DocumentationImportMode mode) {
        service::ImportedDocumentation imported;
        const Value input = Object{};
        const auto done =
            call.store.run(service::Access::Write, [&](service::Transaction& transaction) {
                transaction.lock(service::Table::RestApis, api);
                const service::Call now{input, call.installation, call.now, "arn"};
                auto result = service::import_documentation(transaction, now, api, parts, mode);
                if (!result) return Result<Value>(result.error());
                imported = *std::move(result);
                return Result<Value>(Value());
            });
        if (!done) refusal = done.error().message;
        return imported;
    }
    Array listed() {
        return call.ok("GetDocumentationParts", Object{{"restApiId", api}}).array("items");
    }

    std::string kept;
    std::string replaced;
    std::string refusal;
};

}  // namespace

TEST_CASE("a merge replaces parts by location, under new ids, and leaves the others") {
    World world;
    const auto imported = world.import({part({{"type", "RESPONSE"}, {"method", "*"}}, R"({"b":1})"),
                                        part({{"type", "MODEL"}, {"name", "Pet"}}, R"({"b":2})")},
                                       DocumentationImportMode::Merge);
    CHECK(imported.warnings.empty());
    REQUIRE(imported.ids.size() == 2);
    const Array parts = world.listed();
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].text("id") == world.kept);
    CHECK(parts[1].text("id") == imported.ids[0].as_string());
    CHECK(parts[1].text("id") != world.replaced);
    CHECK(parts[1].text("properties") == R"({"b":1})");
    CHECK(json::Value(parts[1].object("location")) ==
          Object{{"type", "RESPONSE"}, {"path", "/"}, {"method", "*"}});
    CHECK(json::Value(parts[2].object("location")) == Object{{"type", "MODEL"}, {"name", "Pet"}});
}

TEST_CASE("an overwrite leaves the imported parts only") {
    World world;
    const auto imported =
        world.import({part({{"type", "API"}}, R"({"b":1})")}, DocumentationImportMode::Overwrite);
    const Array parts = world.listed();
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].text("id") == imported.ids[0].as_string());
    CHECK(parts[0].text("id") != world.kept);
}

TEST_CASE("what cannot be a part is a warning") {
    World world;
    const auto imported = world.import(
        {part({{"type", "MODEL"}}, "{}"), part({{"type", "API"}}, "[]"),
         part({{"type", "METHOD"}}, "{}"), part({{"type", "METHOD"}, {"path", "/"}}, "{}")},
        DocumentationImportMode::Merge);
    CHECK(imported.ids.size() == 1);
    CHECK(imported.warnings ==
          std::vector<std::string>{
              "Documentation part 1 is ignored: Invalid documentation part location: name is "
              "required for type MODEL",
              "Documentation part 2 is ignored: Documentation part properties must be a JSON "
              "object",
              "Documentation part 4 is ignored: another one has the same location: type "
              "'METHOD', path '/'"});
}

TEST_CASE("an import counts against the quota what it adds") {
    World world;
    world.call.installation.documentation_parts_per_api_max = 2;
    world.import({part({{"type", "API"}}, "{}")}, DocumentationImportMode::Merge);
    CHECK(world.refusal.empty());
    world.import({part({{"type", "METHOD"}}, "{}")}, DocumentationImportMode::Merge);
    CHECK(world.refusal == "Maximum number of documentation parts for this API has been reached");
    CHECK(world.listed().size() == 2);
}

TEST_CASE("parts are imported from the extension of an OpenAPI document") {
    World world;
    Value input =
        Object{{"restApiId", world.api},
               {"body",
                "openapi: 3.0.1\ninfo: {title: t, version: '1'}\npaths: {}\n"
                "x-amazon-apigateway-documentation:\n"
                "  documentationParts:\n"
                "  - location: {type: API}\n    properties: {description: new}\n"
                "  - location: {type: MODEL}\n    properties: {description: nameless}\n"}};
    const Value merged = world.call.ok("ImportDocumentationParts", input);
    CHECK(merged.array("ids").size() == 1);
    CHECK(merged.array("warnings").size() == 1);
    CHECK(world.listed().size() == 2);
    input["mode"] = "overwrite";
    CHECK(world.call.ok("ImportDocumentationParts", input).array("ids").size() == 1);
    const Array parts = world.listed();
    REQUIRE(parts.size() == 1);
    CHECK(*json::parse(parts[0].text("properties")) == Value(Object{{"description", "new"}}));

    input["failOnWarnings"] = true;
    CHECK(world.call.refused("ImportDocumentationParts", input)
              .starts_with("400 Warnings found during import:\n\t"));
    CHECK(world.listed() == parts);
    input["body"] = "{\"openapi\":";
    CHECK(world.call("ImportDocumentationParts", input).error().message ==
          "Unable to build importer with provided input.");
    input["restApiId"] = "unknown";
    CHECK(world.call.refused("ImportDocumentationParts", input) ==
          "404 Invalid API identifier specified 000000000000:unknown");
}
