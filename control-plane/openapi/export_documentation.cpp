#include "control-plane/openapi/export_documentation.hpp"

#include <tuple>

#include "common/base/text.hpp"

namespace turnpike::openapi {

namespace {

bool is_inherited(std::string_view type) {
    return type.ends_with("_PARAMETER") || type == "REQUEST_HEADER" || type.starts_with("RESPONSE");
}

/// A whole segment at a time: "/pets" is above "/pets/{id}", not above "/petshop".
bool is_at_or_above(std::string_view path, std::string_view below) {
    if (path == "/" || path == below) return true;
    return below.starts_with(path) && below[path.size()] == '/';
}

bool matches(std::string_view pattern, std::string_view value) {
    return pattern == "*" || pattern == value;
}

json::Value content_of(const json::Value& part) {
    auto content = json::parse(part.text("properties"));
    return content && content->is_object() ? *std::move(content) : json::Value(json::Object{});
}

/// Whether OpenAPI has a place for a value of this kind under this name.
bool is_well_typed(std::string_view name, const json::Value& value) {
    if (name == "tags") return value.is_array();
    if (name == "externalDocs" || name == "contact" || name == "license") return value.is_object();
    return value.is_string();
}

}  // namespace

ExportedDocumentation::ExportedDocumentation(const json::Array& parts) {
    for (const json::Value& part : parts) {
        const json::Value location = part.object("location");
        parts_.push_back({std::string(location.text("type")),
                          std::string(location.text("path", "/")),
                          std::string(location.text("method", "*")),
                          std::string(location.text("statusCode", "*")),
                          std::string(location.text("name")), content_of(part)});
    }
}

bool ExportedDocumentation::applies(const Part& part, const DocumentedEntity& entity) {
    if (part.type != entity.type || part.name != entity.name) return false;
    if (entity.path.empty()) return true;
    if (!is_inherited(part.type)) {
        return part.path == entity.path && (entity.method.empty() || part.method == entity.method);
    }
    return is_at_or_above(part.path, entity.path) && matches(part.method, entity.method) &&
           (entity.status.empty() || matches(part.status, entity.status));
}

const json::Value& ExportedDocumentation::find(const DocumentedEntity& entity) const {
    static const json::Value kNone = json::Object{};
    const auto rank = [](const Part& part) {
        return std::tuple(part.path.size(), part.status != "*", part.method != "*");
    };
    const Part* best = nullptr;
    for (const Part& part : parts_) {
        if (applies(part, entity) && (best == nullptr || rank(part) > rank(*best))) best = &part;
    }
    return best == nullptr ? kNone : best->content;
}

void inject_known(const json::Value& content, std::initializer_list<std::string_view> names,
                  json::Object& target) {
    for (const std::string_view name : names) {
        const json::Value* value = content.find(name);
        if (value != nullptr && is_well_typed(name, *value)) target.set(name, *value);
    }
}

void inject_extensions(const json::Value& content, json::Object& target) {
    for (const auto& [name, value] : content.as_object()) {
        const bool is_ours = name.starts_with("x-amazon-apigateway-");
        if (name.starts_with("x-") && !is_ours) target.set(name, value);
    }
}

json::Array documentation_parts(const json::Array& parts) {
    json::Array listed;
    for (const json::Value& part : parts) {
        listed.emplace_back(
            json::Object{{"location", part.object("location")}, {"properties", content_of(part)}});
    }
    return listed;
}

}  // namespace turnpike::openapi
