#include "control-plane/service/endpoint_configuration.hpp"

#include <algorithm>

namespace turnpike::service {

namespace {

constexpr std::string_view kPrivate = "PRIVATE";

bool is_private(const json::Value& configuration) {
    const json::Array& types = configuration.array("types");
    return std::any_of(types.begin(), types.end(), [](const json::Value& type) {
        return type.is_string() && type.as_string() == kPrivate;
    });
}

Error only_dualstack() {
    return invalid("Only dualstack ipAddressType is supported for Private APIs.");
}

Error only_private_has_vpc_endpoints() {
    return invalid("vpcEndpointIds are only supported for Private APIs.");
}

}  // namespace

Result<json::Value> new_endpoint_configuration(const json::Value* given) {
    json::Value configuration = json::Object{};
    const json::Value none = json::Object{};
    const json::Value& wanted = given != nullptr && given->is_object() ? *given : none;

    const json::Value* types = wanted.find("types");
    if (types != nullptr && types->is_array()) {
        if (types->as_array().empty()) {
            return invalid(
                "REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.");
        }
        if (types->as_array().size() > 1) {
            return invalid("Cannot create an api with multiple Endpoint Types.");
        }
        configuration["types"] = *types;
    } else {
        configuration["types"] = json::Array{"EDGE"};
    }

    const std::string_view ip_address_type = wanted.text("ipAddressType");
    if (is_private(configuration) && ip_address_type == "ipv4") return only_dualstack();
    configuration["ipAddressType"] =
        !ip_address_type.empty()
            ? ip_address_type
            : std::string_view(is_private(configuration) ? "dualstack" : "ipv4");

    const json::Array& vpc_endpoints = wanted.array("vpcEndpointIds");
    if (!vpc_endpoints.empty()) {
        if (!is_private(configuration)) return only_private_has_vpc_endpoints();
        configuration["vpcEndpointIds"] = vpc_endpoints;
    }
    return configuration;
}

Result<void> set_endpoint_type(json::Value& configuration, std::string_view type) {
    if (type != "REGIONAL" && type != "EDGE" && type != kPrivate) {
        return invalid("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE");
    }
    configuration["types"] = json::Array{type};
    if (type == kPrivate) {
        configuration["ipAddressType"] = "dualstack";
    } else {
        configuration.as_object().erase("vpcEndpointIds");
    }
    return {};
}

Result<void> set_ip_address_type(json::Value& configuration, std::string_view ip_address_type) {
    if (ip_address_type != "ipv4" && ip_address_type != "dualstack") {
        return invalid("ipAddressType must be either ipv4 or dualstack.");
    }
    if (ip_address_type == "ipv4" && is_private(configuration)) return only_dualstack();
    configuration["ipAddressType"] = ip_address_type;
    return {};
}

Result<void> add_vpc_endpoint(json::Value& configuration, std::string_view id) {
    if (!is_private(configuration)) return only_private_has_vpc_endpoints();
    if (id.empty()) return invalid("Invalid vpcEndpointIds specified.");
    json::Value& ids = configuration["vpcEndpointIds"];
    if (!ids.is_array()) ids = json::Array{};
    const json::Value value(id);
    json::Array& held = ids.as_array();
    if (std::find(held.begin(), held.end(), value) == held.end()) held.push_back(value);
    return {};
}

void remove_vpc_endpoint(json::Value& configuration, std::string_view id) {
    json::Value* ids =
        configuration.is_object() ? configuration.as_object().find("vpcEndpointIds") : nullptr;
    if (ids == nullptr || !ids->is_array()) return;
    std::erase(ids->as_array(), json::Value(id));
    if (ids->as_array().empty()) configuration.as_object().erase("vpcEndpointIds");
}

}  // namespace turnpike::service
