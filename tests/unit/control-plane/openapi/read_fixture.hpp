#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "control-plane/openapi/reader.hpp"

namespace turnpike::openapi::tests {

inline ReadOptions read_options() {
    ReadOptions options;
    options.model_url_prefix = "https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/";
    options.account_id = "000000000000";
    options.partition = "aws";
    options.region = "us-east-1";
    return options;
}

inline Reading read(std::string_view text, const ReadOptions& options = read_options()) {
    auto reading = read_api(text, options);
    if (!reading) FAIL(reading.error().message, " ", reading.error().detail);
    return *std::move(reading);
}

inline std::string refusal(std::string_view text) {
    const auto reading = read_api(text, read_options());
    REQUIRE_FALSE(reading.has_value());
    CHECK(reading.error().kind == Error::Kind::Invalid);
    return reading.error().message;
}

/// An OpenAPI 3.0 document with these members besides `openapi` and `info`, as JSON text.
inline std::string oas30(std::string_view members) {
    return R"({"openapi": "3.0.1", "info": {"title": "Pets", "version": "1"}, )" +
           std::string(members) + "}";
}
/// The same for Swagger 2.0.
inline std::string swagger(std::string_view members) {
    return R"({"swagger": "2.0", "info": {"title": "Pets", "version": "1"}, )" +
           std::string(members) + "}";
}
/// With GET /pets alone, an operation of these members.
inline std::string with_operation(std::string_view members, std::string_view others = "") {
    return oas30(R"("paths": {"/pets": {"get": {)" + std::string(members) + "}}}" +
                 std::string(others));
}

inline const PathDefinition* find_path(const Reading& reading, std::string_view path) {
    for (const PathDefinition& definition : reading.api.paths) {
        if (definition.path == path) return &definition;
    }
    return nullptr;
}

inline const MethodDefinition& method_of(const Reading& reading, std::string_view path,
                                         std::string_view verb) {
    const PathDefinition* const definition = find_path(reading, path);
    REQUIRE(definition != nullptr);
    for (const MethodDefinition& method : definition->methods) {
        if (method.http_method == verb) return method;
    }
    FAIL("no method ", std::string(verb));
    return definition->methods.front();
}

/// GET /pets.
inline const MethodDefinition& the_method(const Reading& reading) {
    return method_of(reading, "/pets", "GET");
}

/// Null if there is none.
inline const json::Value* find_named(const std::vector<json::Value>& documents,
                                     std::string_view name) {
    for (const json::Value& document : documents) {
        if (document.text("name") == name) return &document;
    }
    return nullptr;
}

inline json::Value json_of(std::string_view text) {
    auto value = json::parse(text);
    if (!value) FAIL("no JSON: ", std::string(text));
    return *std::move(value);
}

inline json::Value schema_of(const Reading& reading, std::string_view model) {
    const json::Value* const document = find_named(reading.api.models, model);
    if (document == nullptr) FAIL("no model ", std::string(model));
    return json_of(document->text("schema"));
}

inline std::vector<std::string> paths_of(const Reading& reading) {
    std::vector<std::string> paths;
    for (const PathDefinition& definition : reading.api.paths) paths.push_back(definition.path);
    return paths;
}

}  // namespace turnpike::openapi::tests
