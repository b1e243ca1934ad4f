#include "control-plane/openapi/export_integration.hpp"

#include "common/base/text.hpp"

namespace turnpike::openapi {

namespace {

constexpr std::int64_t kTimeoutMsDefault = 29'000;

void copy_text(const json::Value& from, std::string_view name, json::Object& to) {
    if (!from.text(name).empty()) to.append(std::string(name), from.text(name));
}

void copy_map(const json::Value& from, std::string_view name, json::Object& to) {
    if (!from.object(name).empty()) to.append(std::string(name), from.object(name));
}

/// By selection pattern; the one without is "default". Of several with one pattern the first
/// counts, as for a request.
json::Object exported_responses(const json::Object& by_status) {
    json::Object responses;
    for (const auto& [status, response] : by_status) {
        const std::string pattern(response.text("selectionPattern"));
        json::Object exported{{"statusCode", status}};
        copy_map(response, "responseParameters", exported);
        copy_map(response, "responseTemplates", exported);
        copy_text(response, "contentHandling", exported);
        const std::string key = pattern.empty() ? "default" : pattern;
        if (!responses.contains(key)) responses.append(key, std::move(exported));
    }
    return responses;
}

void copy_connection(const json::Value& integration, json::Object& exported) {
    if (integration.text("connectionType") != "VPC_LINK") return;
    exported.append("connectionType", "VPC_LINK");
    copy_text(integration, "connectionId", exported);
    copy_text(integration, "integrationTarget", exported);
}

void copy_cache(const json::Value& integration, std::string_view resource_id,
                json::Object& exported) {
    if (integration.text("cacheNamespace") != resource_id) {
        copy_text(integration, "cacheNamespace", exported);
    }
    const json::Array& keys = integration.array("cacheKeyParameters");
    if (!keys.empty()) exported.append("cacheKeyParameters", keys);
}

}  // namespace

json::Object exported_integration(const json::Value& integration, std::string_view resource_id) {
    json::Object exported{{"type", to_lower(integration.text("type"))}};
    copy_text(integration, "credentials", exported);
    copy_text(integration, "httpMethod", exported);
    copy_text(integration, "uri", exported);
    json::Object responses = exported_responses(integration.object("integrationResponses"));
    if (!responses.empty()) exported.append("responses", std::move(responses));
    copy_map(integration, "requestParameters", exported);
    copy_map(integration, "requestTemplates", exported);
    if (const auto behavior = integration.text("passthroughBehavior"); !behavior.empty()) {
        exported.append("passthroughBehavior", to_lower(behavior));
    }
    copy_text(integration, "contentHandling", exported);
    const auto timeout_ms = integration.integer("timeoutInMillis");
    if (timeout_ms && *timeout_ms != kTimeoutMsDefault) {
        exported.append("timeoutInMillis", *timeout_ms);
    }
    copy_connection(integration, exported);
    copy_cache(integration, resource_id, exported);
    copy_map(integration, "tlsConfig", exported);
    if (integration.text("responseTransferMode") == "STREAM") {
        exported.append("responseTransferMode", "STREAM");
    }
    return exported;
}

}  // namespace turnpike::openapi
