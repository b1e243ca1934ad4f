#include "control-plane/openapi/documentation.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "control-plane/openapi/scalars.hpp"

namespace turnpike::openapi {
namespace {

constexpr std::array<std::string_view, 12> kTypes{
    "API",          "AUTHORIZER",     "MODEL",           "RESOURCE",
    "METHOD",       "PATH_PARAMETER", "QUERY_PARAMETER", "REQUEST_HEADER",
    "REQUEST_BODY", "RESPONSE",       "RESPONSE_HEADER", "RESPONSE_BODY"};

void copy_member(const Node& from, std::string_view name, json::Object& to) {
    const Node member = from.member(name);
    if (!member || member.value->is_null()) return;
    if (member.value->is_string() && member.value->as_string().empty()) return;
    to.set(name, *member.value);
}

/// What an export puts where OpenAPI demands a description and there is none.
bool is_placeholder(const PartLocation& location, const json::Object& properties) {
    const json::Value* const description = properties.find("description");
    return location.type == "RESPONSE" && properties.size() == 1 && description != nullptr &&
           description->is_string() &&
           description->as_string() == std::string(location.status_code) + " response";
}

json::Value location_document(const PartLocation& location) {
    json::Value document = json::Object{{"type", location.type}};
    const std::array<std::pair<std::string_view, std::string_view>, 4> members{{
        {"path", location.path},
        {"method", location.method},
        {"statusCode", location.status_code},
        {"name", location.name},
    }};
    for (const auto& [name, text] : members) {
        if (!text.empty()) document[name] = text;
    }
    return document;
}

/// What keeping it takes.
std::size_t size_of(const Steps& steps) {
    std::size_t bytes = 0;
    for (const std::string& step : steps) bytes += sizeof(std::string) + step.size();
    return bytes;
}

/// The text of a JSON value that is an object.
std::optional<std::string> properties_text(const json::Value* given) {
    if (given == nullptr) return std::nullopt;
    if (given->is_object()) return json::write(*given);
    if (!given->is_string()) return std::nullopt;
    const auto parsed = json::parse(given->as_string());
    return parsed ? std::optional(given->as_string()) : std::nullopt;
}

}  // namespace

void Documentation::describe(const Node& entity, const PartLocation& location) {
    if (is_ignored_ || budget_.is_spent()) return;
    json::Object properties;
    if (location.type == "METHOD") copy_member(entity, "tags", properties);
    if (location.type == "MODEL") copy_member(entity, "title", properties);
    copy_member(entity, "summary", properties);
    copy_member(entity, "description", properties);
    if (location.type == "METHOD") copy_member(entity, "externalDocs", properties);
    if (properties.empty() || is_placeholder(location, properties)) return;
    add(location, json::write(std::move(properties)), steps_of(entity));
}

void Documentation::describe_api(const Node& root) {
    if (is_ignored_) return;
    const Node info = root.member("info");
    json::Object about;
    for (const auto& [name, value] : info.members()) {
        if (name != "title" && name != "version") about.append(name, value);
    }
    json::Object properties;
    if (!about.empty()) properties.set("info", std::move(about));
    copy_member(root, "tags", properties);
    copy_member(root, "externalDocs", properties);
    if (!properties.empty()) {
        add({.type = "API"}, json::write(std::move(properties)), steps_of(info));
    }
}

void Documentation::add(const PartLocation& location, std::string properties, Steps place) {
    json::Value document = location_document(location);
    std::string key = json::write(document);
    if (!budget_.spend(2 * key.size() + properties.size() + size_of(place))) return;
    json::Value part =
        json::Object{{"location", std::move(document)}, {"properties", std::move(properties)}};
    const auto [found, is_new] = by_location_.emplace(std::move(key), parts_.size());
    if (is_new) {
        parts_.push_back(std::move(part));
        places_.push_back(std::move(place));
    } else {
        parts_[found->second] = std::move(part);
        places_[found->second] = std::move(place);
    }
}

void Documentation::add_parts(const Node& where, const json::Value& extension) {
    if (is_ignored_) return;
    const json::Array& parts = extension.array("documentationParts");
    for (std::size_t at = 0; at < parts.size(); ++at) add_part(where, at, parts[at]);
}

void Documentation::add_part(const Node& where, std::size_t index, const json::Value& part) {
    Steps place = steps_of(where);
    place.insert(place.end(), {"documentationParts", std::to_string(index)});
    const json::Value* const location = part.find("location");
    const std::string type = location == nullptr ? "" : std::string(location->text("type"));
    if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
        diagnostics_.warn_at(place, "A documentation part without a known type is ignored");
        return;
    }
    auto properties = properties_text(part.find("properties"));
    if (!properties) {
        diagnostics_.warn_at(place, "A documentation part whose properties are no JSON is ignored");
        return;
    }
    const auto of = [location](std::string_view name) {
        return text_of(location->find(name)).value_or("");
    };
    const std::string path = of("path");
    const std::string method = of("method");
    const std::string status_code = of("statusCode");
    const std::string name = of("name");
    add({type, path, method, status_code, name}, *std::move(properties), std::move(place));
}

}  // namespace turnpike::openapi
