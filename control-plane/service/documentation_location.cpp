#include "control-plane/service/documentation_location.hpp"

#include <algorithm>
#include <array>

#include "common/base/text.hpp"

namespace turnpike::service {

namespace {

// Together an entry of the index by location, which must fit into a third of a page.
constexpr std::size_t kPathBytesMax = 1024;
constexpr std::size_t kNameBytesMax = 512;

struct LocationRule {
    std::string_view type;
    bool has_path;
    bool has_method;
    bool has_status;
    bool has_name;
    bool is_inherited;
};
constexpr std::array<LocationRule, 12> kRules{{
    {"API", false, false, false, false, false},
    {"AUTHORIZER", false, false, false, true, false},
    {"MODEL", false, false, false, true, false},
    {"RESOURCE", true, false, false, false, false},
    {"METHOD", true, true, false, false, false},
    {"PATH_PARAMETER", true, true, false, true, true},
    {"QUERY_PARAMETER", true, true, false, true, true},
    {"REQUEST_HEADER", true, true, false, true, true},
    {"REQUEST_BODY", true, true, false, false, false},
    {"RESPONSE", true, true, true, false, true},
    {"RESPONSE_HEADER", true, true, true, true, true},
    {"RESPONSE_BODY", true, true, true, false, true},
}};
constexpr std::array<std::string_view, 9> kMethods{"GET",     "PUT",  "POST", "DELETE", "PATCH",
                                                   "OPTIONS", "HEAD", "ANY",  "*"};

const LocationRule* rule_of(std::string_view type) {
    const auto* found =
        std::find_if(kRules.begin(), kRules.end(),
                     [type](const LocationRule& rule) { return rule.type == type; });
    return found == kRules.end() ? nullptr : found;
}

struct Field {
    std::string_view name;
    std::string_view standard;  ///< Empty: it must be given.
    bool LocationRule::*is_held;
};
constexpr std::array<Field, 4> kFields{{
    {"path", "/", &LocationRule::has_path},
    {"method", "*", &LocationRule::has_method},
    {"statusCode", "*", &LocationRule::has_status},
    {"name", "", &LocationRule::has_name},
}};

Error refuse(std::string_view reason, const Field& field, const LocationRule& rule) {
    return invalid("Invalid documentation part location: " + std::string(field.name) + " " +
                   std::string(reason) + " for type " + std::string(rule.type));
}

Result<void> check_values(const json::Value& location) {
    const std::string_view path = location.text("path", "/");
    if (!path.starts_with('/') || path.size() > kPathBytesMax) {
        return invalid(
            "Invalid documentation part location: path must start with '/' and have at "
            "most 1024 bytes");
    }
    if (location.text("name").size() > kNameBytesMax) {
        return invalid("Invalid documentation part location: name must have at most 512 bytes");
    }
    const std::string_view method = location.text("method", "*");
    if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end()) {
        return invalid(
            "Invalid documentation part location: method must be one of "
            "GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY,*");
    }
    return {};
}

/// The contract's pattern of a status code, which an import does not pass through.
bool is_status(std::string_view status) {
    if (status == "*") return true;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return status.size() == 3 && status[0] >= '1' && status[0] <= '5' && is_digit(status[1]) &&
           is_digit(status[2]);
}

/// A whole segment at a time: "/pets" is above "/pets/{id}", not above "/petshop".
bool is_at_or_above(std::string_view path, std::string_view below) {
    if (path == "/" || path == below) return true;
    return below.starts_with(path) && below[path.size()] == '/';
}

bool matches(std::string_view pattern, std::string_view value) {
    return pattern == "*" || pattern == value;
}

}  // namespace

json::Value given_location(const json::Value& input) {
    json::Value given = json::Object{};
    for (const std::string_view name : {"type", "path", "method", "statusCode", "name"}) {
        const std::string_view text = input.text(name);
        if (!trim(text).empty()) given[name] = text;
    }
    return given;
}

Result<json::Value> complete_location(const json::Value& given) {
    const LocationRule* rule = rule_of(given.text("type"));
    if (rule == nullptr) return invalid("Invalid documentation part location: unknown type");
    json::Value complete = json::Object{{"type", rule->type}};
    for (const Field& field : kFields) {
        const std::string_view text = given.text(field.name);
        const bool is_held = rule->*field.is_held;
        if (!is_held && !text.empty()) return refuse("is not supported", field, *rule);
        if (is_held && text.empty() && field.standard.empty()) {
            return refuse("is required", field, *rule);
        }
        if (is_held) complete[field.name] = text.empty() ? field.standard : text;
    }
    if (auto checked = check_values(complete); !checked) return checked.error();
    if (!is_status(complete.text("statusCode", "*"))) {
        return invalid("Invalid documentation part location: statusCode must have three digits");
    }
    return complete;
}

bool is_inherited(std::string_view type) {
    const LocationRule* rule = rule_of(type);
    return rule != nullptr && rule->is_inherited;
}

bool covers_location(const json::Value& documented, const json::Value& entity) {
    if (!is_inherited(entity.text("type"))) return documented == entity;
    return documented.text("type") == entity.text("type") &&
           documented.text("name") == entity.text("name") &&
           is_at_or_above(documented.text("path"), entity.text("path")) &&
           matches(documented.text("method"), entity.text("method")) &&
           matches(documented.text("statusCode", "*"), entity.text("statusCode", "*"));
}

std::string location_text(const json::Value& location) {
    std::string text;
    for (const std::string_view name : {"type", "path", "method", "statusCode", "name"}) {
        const std::string_view value = location.text(name);
        if (value.empty()) continue;
        if (!text.empty()) text += ", ";
        text += std::string(name) + " '" + std::string(value) + "'";
    }
    return text;
}

}  // namespace turnpike::service
