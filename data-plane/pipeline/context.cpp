#include "data-plane/pipeline/context.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "common/json/value.hpp"

namespace turnpike::pipeline {
namespace {

using Reader = std::string_view (*)(Exchange& exchange);

std::string_view user_agent(Exchange& exchange) {
    if (exchange.identity.user_agent.data()) return exchange.identity.user_agent;
    return exchange.head().fields().find(http::KnownHeader::UserAgent).value_or(std::string_view{});
}

std::string_view domain_prefix(Exchange& exchange) {
    return exchange.domain_name.substr(0, exchange.domain_name.find('.'));
}

std::string_view canary_flag(Exchange& exchange) {
    if (!exchange.stage || !exchange.stage->has_canary()) return {};
    return exchange.is_canary ? "true" : "false";
}

/// Callers over HTTP/2 are told of as HTTP/1.1, too.
std::string_view protocol(Exchange& exchange) { return to_text(exchange.head().version()); }

std::string_view error_message(Exchange& exchange) {
    return exchange.error ? exchange.error->message : std::string_view{};
}

std::string_view error_message_string(Exchange& exchange) {
    if (!exchange.error) return {};
    const std::string_view message = exchange.error->message;
    return message.data() ? exchange.arena.copy(json::quote(message)) : "null";
}

std::string_view error_type(Exchange& exchange) {
    return exchange.error ? to_text(exchange.error->type) : std::string_view{};
}

struct Variable {
    std::string_view name;
    Reader read;
};

// Sorted by name.
constexpr std::array kVariables{
    Variable{"accountId",
             [](Exchange& x) -> std::string_view { return x.services.installation.account_id; }},
    Variable{"apiId", [](Exchange& x) { return x.api_id; }},
    Variable{"awsEndpointRequestId", [](Exchange& x) { return x.integration_response.request_id; }},
    Variable{"deploymentId",
             [](Exchange& x) -> std::string_view {
                 return x.variant ? std::string_view(x.variant->deployment_id())
                                  : std::string_view{};
             }},
    Variable{"domainName", [](Exchange& x) { return x.domain_name; }},
    Variable{"domainPrefix", domain_prefix},
    Variable{"error.message", error_message},
    Variable{"error.messageString", error_message_string},
    Variable{"error.responseType", error_type},
    Variable{"error.validationErrorString", [](Exchange& x) { return x.validation_error; }},
    Variable{"extendedRequestId", [](Exchange& x) { return x.ids.extended_id(); }},
    Variable{"httpMethod", [](Exchange& x) { return x.http_method; }},
    Variable{"identity.accountId", [](Exchange& x) { return x.identity.account_id; }},
    Variable{"identity.apiKey", [](Exchange& x) { return x.identity.api_key; }},
    Variable{"identity.apiKeyId",
             [](Exchange& x) -> std::string_view {
                 return x.identity.key ? std::string_view(x.identity.key->id) : std::string_view{};
             }},
    Variable{"identity.caller", [](Exchange& x) { return x.identity.caller; }},
    Variable{"identity.sourceIp", [](Exchange& x) { return x.request.peer.ip; }},
    Variable{"identity.user", [](Exchange& x) { return x.identity.user; }},
    Variable{"identity.userAgent", user_agent},
    Variable{"identity.userArn", [](Exchange& x) { return x.identity.user_arn; }},
    Variable{"isCanaryRequest", canary_flag},
    Variable{"path", [](Exchange& x) { return x.context_path; }},
    Variable{"protocol", protocol},
    Variable{"requestId", [](Exchange& x) { return x.ids.request_id(); }},
    Variable{"requestTime",
             [](Exchange& x) { return x.arena.copy(to_clf_date(x.request.received_date)); }},
    Variable{"requestTimeEpoch",
             [](Exchange& x) {
                 return x.arena.copy(std::to_string(epoch_milliseconds(x.request.received_date)));
             }},
    Variable{"resourceId",
             [](Exchange& x) -> std::string_view {
                 return x.method ? std::string_view(x.method->resource->id) : std::string_view{};
             }},
    Variable{"resourcePath",
             [](Exchange& x) -> std::string_view {
                 return x.method ? std::string_view(x.method->resource->path) : std::string_view{};
             }},
    Variable{"stage", [](Exchange& x) { return x.stage_name; }},
    Variable{"xrayTraceId", [](Exchange& x) { return x.ids.trace_root(); }},
};

constexpr bool is_sorted() {
    for (std::size_t i = 1; i < kVariables.size(); ++i) {
        if (!(kVariables[i - 1].name < kVariables[i].name)) return false;
    }
    return true;
}
static_assert(is_sorted());

}  // namespace

std::string_view context_value(Exchange& exchange, std::string_view name) {
    const auto* found = std::lower_bound(
        kVariables.begin(), kVariables.end(), name,
        [](const Variable& variable, std::string_view wanted) { return variable.name < wanted; });
    if (found == kVariables.end() || found->name != name) return {};
    return found->read(exchange);
}

}  // namespace turnpike::pipeline
