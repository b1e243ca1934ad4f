#include "control-plane/service/mapping_expression.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>

#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

using Locations = std::span<const std::string_view>;

constexpr std::array<std::string_view, 5> kRequestLocations{
    "path", "querystring", "multivaluequerystring", "header", "multivalueheader"};
constexpr std::array<std::string_view, 3> kTargetLocations{"path", "querystring", "header"};
constexpr std::array<std::string_view, 2> kHeaderLocations{"header", "multivalueheader"};
constexpr std::array<std::string_view, 1> kHeader{"header"};
constexpr std::array<std::string_view, 2> kIdentityLocations{"header", "querystring"};

bool is_parameter_name(std::string_view name) { return is_word(name, "._$-"); }

bool has_control_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

struct Parameter {
    std::string_view location;
    std::string_view name;
};

/// "<prefix><location>.<name>" with one of the locations, or nothing.
std::optional<Parameter> parameter_in(std::string_view text, std::string_view prefix,
                                      Locations locations) {
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const Parameter found{text.substr(0, dot), text.substr(dot + 1)};
    const bool known =
        std::find(locations.begin(), locations.end(), found.location) != locations.end();
    if (!known || !is_parameter_name(found.name)) return std::nullopt;
    return found;
}

/// Sources that both sides know: 'literal', context.x, stageVariables.x.
bool is_common_source(std::string_view source) {
    if (has_control_character(source)) return false;
    if (source.size() >= 2 && source.front() == '\'' && source.back() == '\'') return true;
    constexpr std::string_view kContext = "context.";
    if (source.starts_with(kContext)) return is_word(source.substr(kContext.size()), "._-");
    constexpr std::string_view kStageVariables = "stageVariables.";
    if (source.starts_with(kStageVariables)) {
        return is_word(source.substr(kStageVariables.size()), "_");
    }
    return false;
}

/// "<prefix>" alone or "<prefix>.<JSON path without $.>".
bool is_body_source(std::string_view source, std::string_view prefix) {
    if (!source.starts_with(prefix) || has_control_character(source)) return false;
    const std::string_view rest = source.substr(prefix.size());
    return rest.empty() || (rest.front() == '.' && rest.size() > 1);
}

Error undeclared_parameter(std::string_view parameter) {
    return invalid(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
        "[Invalid mapping expression parameter specified: " +
        std::string(parameter) + "]");
}

/// A multi-value source reads the same parameter as the plain one.
std::string_view plain_location(std::string_view location) {
    constexpr std::string_view kMultiValue = "multivalue";
    return location.starts_with(kMultiValue) ? location.substr(kMultiValue.size()) : location;
}

bool is_declared(const json::Object& declared, std::string_view prefix, Parameter wanted) {
    return std::any_of(declared.begin(), declared.end(), [&](const auto& member) {
        const auto parameter = parameter_in(member.first, prefix, kRequestLocations);
        return parameter && parameter->name == wanted.name &&
               plain_location(parameter->location) == plain_location(wanted.location);
    });
}

constexpr std::string_view kGatewayResponse = "gatewayresponse.";
constexpr std::string_view kMethodRequest = "method.request.";
constexpr std::string_view kMethodResponse = "method.response.";
constexpr std::string_view kIntegrationRequest = "integration.request.";
constexpr std::string_view kIntegrationResponse = "integration.response.";

Result<void> check_request_source(std::string_view source, const json::Value& method) {
    if (is_common_source(source) || is_body_source(source, "method.request.body")) return {};
    const auto parameter = parameter_in(source, kMethodRequest, kRequestLocations);
    if (!parameter) return invalid_mapping_expression(source);
    if (!is_declared(method.object("requestParameters"), kMethodRequest, *parameter)) {
        return undeclared_parameter(source);
    }
    return {};
}

bool names_path_variable(std::string_view uri, std::string_view name) {
    return uri.find("{" + std::string(name) + "}") != std::string_view::npos;
}

std::string_view text_of(const json::Value& value) {
    return value.is_string() ? std::string_view(value.as_string()) : std::string_view{};
}

}  // namespace

Error invalid_mapping_expression(std::string_view expression) {
    return invalid(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
        "[Invalid mapping expression specified: " +
        std::string(expression) + "]");
}

Result<void> check_method_parameters(const json::Object& parameters) {
    std::set<std::string_view> names;
    for (const auto& [key, required] : parameters) {
        const auto parameter = parameter_in(key, kMethodRequest, kRequestLocations);
        if (!parameter) return invalid_mapping_expression(key);
        if (!names.insert(parameter->name).second) {
            return invalid("Parameter names must be unique across querystring, header and path");
        }
    }
    return {};
}

Result<void> check_method_response_parameters(const json::Object& parameters) {
    for (const auto& [key, required] : parameters) {
        if (!parameter_in(key, kMethodResponse, kHeaderLocations)) {
            return invalid_mapping_expression(key);
        }
    }
    return {};
}

Result<void> check_integration_parameters(const json::Object& parameters, const json::Value& method,
                                          std::string_view uri) {
    for (const auto& [key, source] : parameters) {
        const auto target = parameter_in(key, kIntegrationRequest, kTargetLocations);
        if (!target) return invalid_mapping_expression(key);
        if (auto checked = check_request_source(text_of(source), method); !checked) {
            return checked.error();
        }
        if (target->location == "path" && !uri.empty() && !names_path_variable(uri, target->name)) {
            return undeclared_parameter(key);
        }
    }
    return {};
}

Result<void> check_integration_response_parameters(const json::Object& parameters,
                                                   const json::Value& method_response) {
    for (const auto& [key, value] : parameters) {
        if (!parameter_in(key, kMethodResponse, kHeaderLocations)) {
            return invalid_mapping_expression(key);
        }
        const std::string_view source = text_of(value);
        if (!is_common_source(source) && !is_body_source(source, "integration.response.body") &&
            !parameter_in(source, kIntegrationResponse, kHeaderLocations)) {
            return invalid_mapping_expression(source);
        }
        if (!method_response.object("responseParameters").contains(key)) {
            return undeclared_parameter(key);
        }
    }
    return {};
}

Result<void> check_gateway_response_parameters(const json::Object& parameters) {
    for (const auto& [key, value] : parameters) {
        if (!parameter_in(key, kGatewayResponse, kTargetLocations)) {
            return invalid_mapping_expression(key);
        }
        const std::string_view source = text_of(value);
        if (!is_common_source(source) && !parameter_in(source, kMethodRequest, kRequestLocations)) {
            return invalid_mapping_expression(source);
        }
    }
    return {};
}

bool is_header_source(std::string_view source) {
    return parameter_in(source, kMethodRequest, kHeader).has_value();
}

bool is_identity_source(std::string_view source) {
    if (parameter_in(source, kMethodRequest, kIdentityLocations)) return true;
    return !source.starts_with('\'') && is_common_source(source);
}

Result<void> check_cache_key_parameters(const json::Array& keys) {
    for (const json::Value& key : keys) {
        const std::string_view text = text_of(key);
        if (!parameter_in(text, kMethodRequest, kRequestLocations) &&
            !parameter_in(text, kIntegrationRequest, kTargetLocations)) {
            return invalid("Invalid cache key parameter specified");
        }
    }
    return {};
}

Result<void> check_content_types(const json::Object& by_content_type) {
    for (const auto& [type, value] : by_content_type) {
        const std::size_t slash = type.find('/');
        const bool is_media_type = slash != std::string::npos && slash > 0 &&
                                   slash + 1 < type.size() && !has_control_character(type);
        if (!is_media_type && type != "$default") {
            return invalid(
                "Validation Result: warnings : [], errors : [Invalid content type specified: " +
                type + "]");
        }
    }
    return {};
}

}  // namespace turnpike::service
