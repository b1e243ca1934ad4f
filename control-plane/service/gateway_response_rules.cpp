#include "control-plane/service/gateway_response_rules.hpp"

#include <algorithm>
#include <array>

#include "common/base/assert.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/integration_rules.hpp"
#include "control-plane/service/mapping_expression.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kResponseBytesMax = 1U << 20U;
constexpr std::string_view kDefaultTemplate = R"({"message":$context.error.messageString})";
constexpr std::string_view k4xx = "DEFAULT_4XX";
constexpr std::string_view k5xx = "DEFAULT_5XX";

constexpr std::array<GatewayResponseKind, 21> kKinds{{
    {"ACCESS_DENIED", "403", k4xx},
    {"API_CONFIGURATION_ERROR", "500", k5xx},
    {"AUTHORIZER_CONFIGURATION_ERROR", "500", k5xx},
    {"AUTHORIZER_FAILURE", "500", k5xx},
    {"BAD_REQUEST_BODY", "400", k4xx},
    {"BAD_REQUEST_PARAMETERS", "400", k4xx},
    {k4xx, "", ""},
    {k5xx, "", ""},
    {"EXPIRED_TOKEN", "403", k4xx},
    {"INTEGRATION_FAILURE", "504", k5xx},
    {"INTEGRATION_TIMEOUT", "504", k5xx},
    {"INVALID_API_KEY", "403", k4xx},
    {"INVALID_SIGNATURE", "403", k4xx},
    {"MISSING_AUTHENTICATION_TOKEN", "403", k4xx},
    {"QUOTA_EXCEEDED", "429", k4xx},
    {"REQUEST_TOO_LARGE", "413", k4xx},
    {"RESOURCE_NOT_FOUND", "404", k4xx},
    {"THROTTLED", "429", k4xx},
    {"UNAUTHORIZED", "401", k4xx},
    {"UNSUPPORTED_MEDIA_TYPE", "415", k4xx},
    {"WAF_FILTERED", "403", k4xx},
}};

const GatewayResponseKind& kind_of(std::string_view type) {
    const auto found =
        std::find_if(kKinds.begin(), kKinds.end(),
                     [type](const GatewayResponseKind& kind) { return kind.type == type; });
    TURNPIKE_ASSERT(found != kKinds.end());
    return *found;
}

Result<void> check_no_empty_text(const json::Value& response, std::string_view member) {
    for (const auto& [key, text] : response.object(member)) {
        if (text.is_string() && !text.as_string().empty()) continue;
        return invalid("Invalid null or empty value in " + std::string(member));
    }
    return {};
}

}  // namespace

std::span<const GatewayResponseKind> gateway_response_kinds() { return kKinds; }

json::Value builtin_gateway_response(std::string_view type) {
    json::Value response = json::Object{{"responseType", type}};
    if (const auto status = kind_of(type).status; !status.empty()) response["statusCode"] = status;
    response["responseParameters"] = json::Object{};
    response["responseTemplates"] = json::Object{{"application/json", kDefaultTemplate}};
    response["defaultResponse"] = true;
    return response;
}

CustomResponses custom_gateway_responses(Transaction& transaction, std::string_view api_id) {
    CustomResponses custom;
    for (Row& row : transaction.scan(Table::GatewayResponses, api_id)) {
        custom.emplace(std::move(row.key.id), std::move(row.document));
    }
    return custom;
}

json::Value effective_gateway_response(const CustomResponses& custom, std::string_view type) {
    if (const auto own = custom.find(type); own != custom.end()) return own->second;
    json::Value response = builtin_gateway_response(type);
    if (const auto general = custom.find(kind_of(type).inherits); general != custom.end()) {
        copy_members(general->second, {"statusCode", "responseParameters", "responseTemplates"},
                     response);
    }
    return response;
}

Result<void> check_gateway_response(const json::Value& response) {
    for (const std::string_view member : {"responseTemplates", "responseParameters"}) {
        if (auto checked = check_no_empty_text(response, member); !checked) return checked;
    }
    auto checked = check_gateway_response_parameters(response.object("responseParameters"));
    if (!checked) return checked;
    checked = check_templates(response.object("responseTemplates"));
    if (!checked) return checked;
    return check_document_size(response, kResponseBytesMax);
}

}  // namespace turnpike::service
