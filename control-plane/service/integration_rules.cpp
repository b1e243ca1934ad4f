#include "control-plane/service/integration_rules.hpp"

#include <algorithm>
#include <array>

#include "control-plane/service/arn.hpp"
#include "control-plane/service/integration_uri.hpp"
#include "control-plane/service/mapping_expression.hpp"
#include "control-plane/service/method.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

constexpr std::int64_t kTimeoutMsMin = 50;
constexpr std::int64_t kTimeoutMsDefault = 29'000;
constexpr std::int64_t kStreamTimeoutMsMax = 900'000;
constexpr std::size_t kTemplateBytesMax = 300U * 1024;

constexpr std::array<std::string_view, 3> kPassthroughBehaviors{"WHEN_NO_MATCH",
                                                                "WHEN_NO_TEMPLATES", "NEVER"};
constexpr std::array<std::string_view, 2> kConnectionTypes{"INTERNET", "VPC_LINK"};
constexpr std::array<std::string_view, 2> kContentHandlings{"CONVERT_TO_BINARY", "CONVERT_TO_TEXT"};
constexpr std::array<std::string_view, 2> kTransferModes{"BUFFERED", "STREAM"};

/// Members whose value, if set, is one of a few.
struct Choice {
    std::string_view member;
    std::span<const std::string_view> options;
};
constexpr std::array kChoices{
    Choice{"passthroughBehavior", kPassthroughBehaviors},
    Choice{"connectionType", kConnectionTypes},
    Choice{"contentHandling", kContentHandlings},
    Choice{"responseTransferMode", kTransferModes},
};

Result<void> check_choices(const json::Value& integration) {
    for (const Choice& choice : kChoices) {
        const std::string_view value = integration.text(choice.member);
        if (integration.find(choice.member) == nullptr) continue;
        if (std::find(choice.options.begin(), choice.options.end(), value) ==
            choice.options.end()) {
            return invalid("Invalid " + std::string(choice.member) +
                           " specified: " + std::string(value));
        }
    }
    return {};
}

bool is_mock(std::string_view type) { return type == "MOCK"; }
bool is_proxy(std::string_view type) { return type.ends_with("_PROXY"); }

Result<void> check_target(const json::Value& integration) {
    const std::string_view type = integration.text("type");
    if (is_mock(type)) return {};
    const std::string_view verb = integration.text("httpMethod");
    if (verb.empty()) return invalid("Enumeration value for HttpMethod must be non-empty");
    if (!is_method_verb(verb)) return invalid_verb();
    const std::string_view uri = integration.text("uri");
    if (calls_http(type)) return check_http_uri(uri);
    if (auto checked = check_service_uri(uri, is_proxy(type)); !checked) return checked;
    if (!is_proxy(type) && service_of_uri(uri) != "lambda" &&
        integration.text("credentials").empty()) {
        return invalid("Role ARN must be specified for AWS integrations");
    }
    return {};
}

Result<void> check_credentials(std::string_view credentials) {
    if (credentials.empty() || holds_stage_variable(credentials) || looks_like_arn(credentials)) {
        return {};
    }
    return invalid("Invalid ARN specified in the request");
}

Result<void> check_timeout(const json::Value& integration, const Installation& installation) {
    const std::int64_t longest = integration.text("responseTransferMode") == "STREAM"
                                     ? kStreamTimeoutMsMax
                                     : installation.integration_timeout_ms_max;
    const std::int64_t timeout = integration.integer("timeoutInMillis").value_or(0);
    if (timeout >= kTimeoutMsMin && timeout <= longest) return {};
    return invalid("Timeout should be between " + std::to_string(kTimeoutMsMin) + " ms and " +
                   std::to_string(longest) + " ms");
}

Result<void> check_connection(const json::Value& integration) {
    if (integration.text("connectionType") != "VPC_LINK") return {};
    if (!calls_http(integration.text("type"))) {
        return invalid("Only HTTP and HTTP_PROXY integrations can use a VPC link.");
    }
    if (integration.text("connectionId").empty()) {
        return invalid("Connection ID must be specified for VPC_LINK connections.");
    }
    return {};
}

Result<void> check_transfer_mode(const json::Value& integration) {
    if (integration.text("responseTransferMode") != "STREAM") return {};
    if (is_proxy(integration.text("type"))) return {};
    return invalid(
        "Response streaming is only supported for HTTP_PROXY and AWS_PROXY integrations.");
}

}  // namespace

bool calls_http(std::string_view type) { return type == "HTTP" || type == "HTTP_PROXY"; }

void complete_integration(json::Value& integration, std::string_view resource_id,
                          const Installation& installation) {
    const auto set_default = [&integration](std::string_view name, json::Value value) {
        if (integration.find(name) == nullptr) integration[name] = std::move(value);
    };
    const std::string type(integration.text("type"));
    if (is_mock(type)) {
        integration.as_object().erase("httpMethod");
        integration.as_object().erase("uri");
    }
    if (calls_http(type)) set_default("connectionType", "INTERNET");
    drop_if_empty(integration, "requestParameters");
    drop_if_empty(integration, "requestTemplates");
    drop_if_empty(integration, "tlsConfig");
    set_default("passthroughBehavior", "WHEN_NO_MATCH");
    set_default("timeoutInMillis",
                std::min(kTimeoutMsDefault, installation.integration_timeout_ms_max));
    set_default("cacheNamespace", resource_id);
    set_default("cacheKeyParameters", json::Array{});
}

Result<void> check_integration(const json::Value& integration, const json::Value& method,
                               const Installation& installation) {
    if (auto checked = check_target(integration); !checked) return checked;
    if (auto checked = check_choices(integration); !checked) return checked;
    if (auto checked = check_credentials(integration.text("credentials")); !checked) return checked;
    if (auto checked = check_transfer_mode(integration); !checked) return checked;
    if (auto checked = check_timeout(integration, installation); !checked) return checked;
    if (auto checked = check_connection(integration); !checked) return checked;
    auto checked = check_integration_parameters(integration.object("requestParameters"), method,
                                                integration.text("uri"));
    if (!checked) return checked;
    checked = check_templates(integration.object("requestTemplates"));
    if (!checked) return checked;
    return check_cache_key_parameters(integration.array("cacheKeyParameters"));
}

Result<void> check_templates(const json::Object& templates) {
    if (auto checked = check_content_types(templates); !checked) return checked;
    for (const auto& [type, text] : templates) {
        if (text.is_string() && text.as_string().size() > kTemplateBytesMax) {
            return invalid("Mapping template of " + type + " exceeds the maximum size of 300 KB.");
        }
    }
    return {};
}

json::Object settled_templates(const json::Object& templates) {
    json::Object settled = templates;
    for (auto& [type, text] : settled) {
        if (!text.is_string() || text.as_string().empty()) text = nullptr;
    }
    return settled;
}

}  // namespace turnpike::service
