// Real descriptions: every path, method, model and body of theirs is read.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "control-plane/openapi/document.hpp"
#include "tests/unit/control-plane/openapi/read_fixture.hpp"

namespace turnpike::openapi {
namespace {

using namespace tests;
namespace fs = std::filesystem;

fs::path corpus() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
    const char* const named = std::getenv("TURNPIKE_CORPORA");
    return fs::path(named != nullptr ? named : "../shared/corpora") / "openapi";
}

std::string text_of_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void check_methods(const PathDefinition& path, const json::Value& item,
                   const std::set<std::string_view>& models) {
    std::size_t operations = 0;
    for (const auto& [verb, operation] : item.as_object()) {
        operations += operation.find("responses") != nullptr ? 1U : 0U;
    }
    CHECK(path.methods.size() == operations);
    for (const MethodDefinition& method : path.methods) {
        CHECK_FALSE(method.method.object("methodResponses").empty());
        for (const auto& [type, model] : method.method.object("requestModels")) {
            CHECK(models.contains(model.as_string()));
        }
    }
}

void check_file(const fs::path& file, std::size_t unsupported) {
    const std::string text = text_of_file(file);
    const Reading reading = read(text);
    const auto document = parse_document(text);
    REQUIRE(document.has_value());
    std::set<std::string_view> models;
    for (const json::Value& model : reading.api.models) {
        models.insert(model.text("name"));
        CHECK(json::parse(model.text("schema")).has_value());
        CHECK(model.text("schema").find("#/components") == std::string_view::npos);
    }
    CHECK(models.size() == reading.api.models.size());
    CHECK(models.size() >= document->root.find("components")->object("schemas").size());
    for (const auto& [path, item] : document->root.object("paths")) {
        CAPTURE(path);
        const PathDefinition* const found = find_path(reading, path);
        REQUIRE(found != nullptr);
        check_methods(*found, item, models);
        if (!found->is_supported) --unsupported;
    }
    CHECK(unsupported == 0);
    CHECK(std::none_of(reading.warnings.begin(), reading.warnings.end(), [](const auto& warning) {
        return warning.find("is missing") != std::string::npos;
    }));
}

}  // namespace

TEST_CASE("real descriptions are read completely") {
    if (!fs::is_directory(corpus())) {
        MESSAGE("skipped: there is no corpus at ", corpus().string());
        return;
    }
    check_file(corpus() / "discord.json", 0);
    // "?beta=true" at the end of a path.
    check_file(corpus() / "openai.yaml", 6);
    // "{Sid}.json" as a segment.
    check_file(corpus() / "twilio.yaml", 45);
}

}  // namespace turnpike::openapi
