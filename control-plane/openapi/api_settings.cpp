#include "control-plane/openapi/api_settings.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "control-plane/openapi/scalars.hpp"

namespace turnpike::openapi {
namespace {

constexpr std::array<std::string_view, 21> kGatewayResponseTypes{"DEFAULT_4XX",
                                                                 "DEFAULT_5XX",
                                                                 "RESOURCE_NOT_FOUND",
                                                                 "UNAUTHORIZED",
                                                                 "INVALID_API_KEY",
                                                                 "ACCESS_DENIED",
                                                                 "AUTHORIZER_FAILURE",
                                                                 "AUTHORIZER_CONFIGURATION_ERROR",
                                                                 "INVALID_SIGNATURE",
                                                                 "EXPIRED_TOKEN",
                                                                 "MISSING_AUTHENTICATION_TOKEN",
                                                                 "INTEGRATION_FAILURE",
                                                                 "INTEGRATION_TIMEOUT",
                                                                 "API_CONFIGURATION_ERROR",
                                                                 "UNSUPPORTED_MEDIA_TYPE",
                                                                 "BAD_REQUEST_PARAMETERS",
                                                                 "BAD_REQUEST_BODY",
                                                                 "REQUEST_TOO_LARGE",
                                                                 "THROTTLED",
                                                                 "QUOTA_EXCEEDED",
                                                                 "WAF_FILTERED"};

/// Reads the extensions into the members of a RestApi.
class SettingsReader {
public:
    SettingsReader(const Node& root, References& references, Diagnostics& diagnostics)
        : root_(root), references_(references), diagnostics_(diagnostics) {}

    json::Object read() {
        read_info();
        read_enumeration("x-amazon-apigateway-api-key-source", "apiKeySource",
                         {"HEADER", "AUTHORIZER"});
        read_binary_media_types();
        read_compression_size();
        read_policy();
        read_endpoint_configuration();
        read_text("x-amazon-apigateway-security-policy", "securityPolicy");
        read_enumeration("x-amazon-apigateway-endpoint-access-mode", "endpointAccessMode",
                         {"BASIC", "STRICT"});
        return std::move(settings_);
    }

private:
    void read_info() {
        const Node info = root_.member("info");
        if (!info.is_object()) {
            diagnostics_.missing(root_, "info");
            return;
        }
        for (const std::string_view required : {"title", "version"}) {
            if (!info.member(required)) diagnostics_.missing(info, required);
        }
        copy_info(info, "title", "name");
        copy_info(info, "description", "description");
        copy_info(info, "version", "version");
    }

    void copy_info(const Node& info, std::string_view from, std::string_view to) {
        auto text = text_of(info.member(from).value);
        if (text && !text->empty()) settings_.set(to, *std::move(text));
    }

    void ignored(const Node& extension, std::string_view reason) {
        diagnostics_.warn(extension,
                          std::string(extension.name) + " is ignored: " + std::string(reason));
    }

    void read_text(std::string_view extension_name, std::string_view member) {
        const Node extension = root_.member(extension_name);
        if (!extension) return;
        auto text = text_of(extension.value);
        if (text) settings_.set(member, *std::move(text));
        if (!text) ignored(extension, "it is no text");
    }

    void read_enumeration(std::string_view extension_name, std::string_view member,
                          std::array<std::string_view, 2> allowed) {
        const Node extension = root_.member(extension_name);
        if (!extension) return;
        const std::string given = to_upper(text_of(extension.value).value_or(""));
        if (given == allowed[0] || given == allowed[1]) {
            settings_.set(member, given);
        } else {
            ignored(extension,
                    "it is neither " + std::string(allowed[0]) + " nor " + std::string(allowed[1]));
        }
    }

    void read_binary_media_types() {
        const Node extension = root_.member("x-amazon-apigateway-binary-media-types");
        if (!extension) return;
        const json::Value given = references_.expanded(extension);
        if (!given.is_array()) return ignored(extension, "it is no list");
        json::Array types;
        for (const json::Value& type : given.as_array()) {
            if (type.is_string()) types.push_back(type);
        }
        settings_.set("binaryMediaTypes", std::move(types));
    }

    void read_compression_size() {
        const Node extension = root_.member("x-amazon-apigateway-minimum-compression-size");
        if (!extension || extension.value->is_null()) return;
        const auto bytes = integer_of(extension.value);
        if (bytes) settings_.set("minimumCompressionSize", *bytes);
        if (!bytes) ignored(extension, "it is no integer");
    }

    void read_policy() {
        const Node extension = root_.member("x-amazon-apigateway-policy");
        if (!extension) return;
        const json::Value policy = references_.expanded(extension);
        if (policy.is_object()) {
            settings_.set("policy", json::write(policy));
        } else if (policy.is_string()) {
            settings_.set("policy", policy);
        } else {
            ignored(extension, "it is no policy document");
        }
    }

    void read_endpoint_configuration() {
        constexpr std::string_view kExtension = "x-amazon-apigateway-endpoint-configuration";
        const Node servers = root_.member("servers");
        if (!servers.elements().empty()) {
            const Node server = servers.element(0);
            take_endpoint_configuration(server.member(kExtension));
        }
        take_endpoint_configuration(root_.member(kExtension));
    }

    void take_endpoint_configuration(const Node& extension) {
        if (!extension) return;
        const json::Value given = references_.expanded(extension);
        if (const auto flag = flag_of(given.find("disableExecuteApiEndpoint"))) {
            settings_.set("disableExecuteApiEndpoint", *flag);
        }
        json::Value configuration = json::Object{};
        json::Array endpoints;
        for (const json::Value& id : given.array("vpcEndpointIds")) {
            if (id.is_string()) endpoints.push_back(id);
        }
        if (!endpoints.empty()) configuration["vpcEndpointIds"] = std::move(endpoints);
        if (const std::string_view type = given.text("ipAddressType"); !type.empty()) {
            configuration["ipAddressType"] = type;
        }
        if (!configuration.as_object().empty()) {
            settings_.set("endpointConfiguration", std::move(configuration));
        }
    }

    const Node& root_;
    References& references_;
    Diagnostics& diagnostics_;
    json::Object settings_;
};

/// The members that are texts.
json::Object texts(const json::Object& given) {
    json::Object kept;
    for (const auto& [name, value] : given) {
        if (value.is_string()) kept.append(name, value);
    }
    return kept;
}

std::optional<json::Value> gateway_response(const Node& given, References& references,
                                            Diagnostics& diagnostics) {
    const std::string type = to_upper(given.name);
    const bool is_known = std::find(kGatewayResponseTypes.begin(), kGatewayResponseTypes.end(),
                                    type) != kGatewayResponseTypes.end();
    if (!is_known) {
        diagnostics.warn(
            given, "There is no gateway response '" + std::string(given.name) + "'; it is ignored");
        return std::nullopt;
    }
    const json::Value value = references.expanded(given);
    json::Value response = json::Object{{"responseType", type}};
    if (auto code = text_of(value.find("statusCode"))) response["statusCode"] = *std::move(code);
    for (const std::string_view name : {"responseParameters", "responseTemplates"}) {
        if (value.find(name) != nullptr) response[name] = texts(value.object(name));
    }
    return response;
}

}  // namespace

json::Object read_api_settings(const Node& root, References& references, Diagnostics& diagnostics) {
    return SettingsReader(root, references, diagnostics).read();
}

std::vector<json::Value> read_request_validators(const Node& root, References& references,
                                                 Diagnostics& diagnostics) {
    std::vector<json::Value> validators;
    const Node given = root.member("x-amazon-apigateway-request-validators");
    const Node all = references.resolved(given);
    for (const auto& member : all.members()) {
        const Node extension = all.member(member);
        const json::Value value = references.expanded(extension);
        if (!value.is_object()) {
            diagnostics.warn(extension, "A request validator that is no object is ignored");
            continue;
        }
        validators.push_back(json::Object{
            {"name", member.first},
            {"validateRequestBody", flag_of(value.find("validateRequestBody")).value_or(false)},
            {"validateRequestParameters",
             flag_of(value.find("validateRequestParameters")).value_or(false)}});
    }
    return validators;
}

std::vector<json::Value> read_gateway_responses(const Node& root, References& references,
                                                Diagnostics& diagnostics) {
    std::vector<json::Value> responses;
    const Node given = root.member("x-amazon-apigateway-gateway-responses");
    const Node all = references.resolved(given);
    for (const auto& member : all.members()) {
        auto response = gateway_response(all.member(member), references, diagnostics);
        if (response) responses.push_back(*std::move(response));
    }
    return responses;
}

}  // namespace turnpike::openapi
