#include "data-plane/integration/response_mapping.hpp"

#include <string>

#include "common/base/text.hpp"
#include "common/http/header_writer.hpp"
#include "data-plane/integration/header_rules.hpp"
#include "data-plane/integration/media_type.hpp"
#include "data-plane/integration/parameter_value.hpp"

namespace turnpike::integration {
namespace {

using http::KnownHeader;
using pipeline::Exchange;
using pipeline::MethodResponse;
using snapshot::CompiledIntegration;
using snapshot::CompiledIntegrationResponse;
using snapshot::MappingTemplate;
using snapshot::ParameterMapping;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kConfigurationError = "Execution failed due to configuration error: ";

/// Fields that every answer gets beside those of the back end.
constexpr std::size_t kAddedFields = 4;

bool is_plain_connection(const http::FieldList& fields) {
    const auto value = fields.find(KnownHeader::Connection);
    return !value || equals_ignoring_case(*value, "keep-alive") ||
           equals_ignoring_case(*value, "close");
}

Error configuration(std::string text) { return invalid(std::string(kConfigurationError) + text); }

/// Accept: the last line, its first media type.
std::string_view wanted_media_type(Exchange& exchange) {
    std::string_view accept;
    for (const http::Field field : exchange.head().fields()) {
        if (field.known == KnownHeader::Accept) accept = field.value;
    }
    return media_type_of(accept.empty() ? kJson : accept, exchange.arena);
}

/// Returns: null if the response has no templates, or an empty one: the body passes as it is.
const MappingTemplate* choose_template(Exchange& exchange,
                                       const CompiledIntegrationResponse& selected) {
    if (selected.templates.empty()) return nullptr;
    const std::string_view wanted = wanted_media_type(exchange);
    const MappingTemplate* chosen = nullptr;
    for (const MappingTemplate& one : selected.templates) {
        if (one.media_type == wanted) {
            chosen = &one;
            break;
        }
        if (one.media_type == kJson) chosen = &one;
    }
    if (chosen == nullptr) chosen = &selected.templates.front();
    return chosen->text.empty() ? nullptr : chosen;
}

Result<void> map_fields(Exchange& exchange, const CompiledIntegrationResponse& selected) {
    for (const ParameterMapping& mapping : selected.parameters) {
        if (reads_body(mapping.source)) {
            return configuration("the mapping of " + mapping.name +
                                 " reads the body, which this version cannot map");
        }
        const std::string_view value = value_of(exchange, mapping.source);
        if (value.empty() || !http::is_field_value(value)) continue;
        add_mapped_field(exchange, mapping, value);
    }
    return {};
}

/// Conversions between text and bytes are not in this version. Without binary media types nothing
/// but an explicit conversion to bytes changes the body; with them, a payload and a wish of one
/// kind leave it as it is.
bool needs_conversion(Exchange& exchange, const CompiledIntegrationResponse& selected) {
    using snapshot::ContentHandling;
    const auto& binary_types = exchange.variant->deployment().binary_media_types();
    if (binary_types.empty()) return selected.content_handling == ContentHandling::ToBinary;
    const auto& answer = exchange.integration_response.answer;
    const auto type =
        answer ? answer->head().fields().find(KnownHeader::ContentType) : std::nullopt;
    const bool is_binary = matches_any(binary_types, type.value_or(kJson));
    switch (selected.content_handling) {
        case ContentHandling::ToBinary:
            return !is_binary;
        case ContentHandling::ToText:
            return is_binary;
        case ContentHandling::None:
            break;
    }
    return is_binary != matches_any(binary_types, wanted_media_type(exchange));
}

Result<void> map_body(Exchange& exchange, const CompiledIntegrationResponse& selected) {
    MethodResponse& response = exchange.method_response;
    std::string_view content_type = kJson;
    if (const MappingTemplate* found = choose_template(exchange, selected)) {
        if (found->needs_evaluation) {
            return configuration("the response template for " + found->media_type +
                                 " needs evaluation, which this version does not have");
        }
        content_type = found->media_type;
        response.body = MethodResponse::Body::Text;
        response.text = found->text;
    } else if (exchange.integration_response.answer) {
        if (needs_conversion(exchange, selected)) {
            return configuration("the answer needs a conversion that this version does not have");
        }
        response.body = MethodResponse::Body::Upstream;
    }
    if (!response.fields.contains("Content-Type")) {
        response.fields.add("Content-Type", content_type);
    }
    return {};
}

}  // namespace

void add_mapped_field(Exchange& exchange, const ParameterMapping& mapping, std::string_view value) {
    pipeline::ResponseFields& fields = exchange.method_response.fields;
    switch (mapped_response_rule(mapping.known)) {
        case ResponseRule::Pass:
            fields.add(mapping.name, value);
            break;
        case ResponseRule::Remap:
            fields.add(remapped_name(mapping.known, mapping.name, exchange.arena), value);
            break;
        case ResponseRule::Drop:
            break;
    }
}

void pass_response(Exchange& exchange) {
    const http::ResponseHead& head = exchange.integration_response.answer->head();
    const http::FieldList& fields = head.fields();
    MethodResponse& response = exchange.method_response;
    response.status = head.status();
    response.body = MethodResponse::Body::Upstream;
    response.fields.reserve(fields.size() + kAddedFields);
    const bool names_more = !is_plain_connection(fields);
    for (const http::Field field : fields) {
        if (names_more && field.known != KnownHeader::Connection &&
            fields.is_named_by_connection(field.name)) {
            continue;
        }
        switch (proxy_response_rule(field.known, field.value)) {
            case ResponseRule::Pass:
                response.fields.add(field.name, field.value);
                break;
            case ResponseRule::Remap:
                response.fields.add(remapped_name(field.known, field.name, exchange.arena),
                                    field.value);
                break;
            case ResponseRule::Drop:
                break;
        }
    }
    if (!fields.contains(KnownHeader::ContentType)) response.fields.add("Content-Type", kJson);
}

Result<void> map_selected_response(Exchange& exchange) {
    const int status = exchange.integration_response.status;
    const std::string text = std::to_string(status);
    const CompiledIntegrationResponse* selected = exchange.integration().select_response(text);
    if (!selected) {
        return configuration(
            "No match for output mapping and no default output mapping configured. Endpoint "
            "Response Status Code: " +
            text);
    }
    if (!selected->is_declared) {
        return configuration("the method declares no response with status " +
                             std::to_string(selected->status));
    }
    exchange.method_response.status = selected->status;
    if (auto mapped = map_fields(exchange, *selected); !mapped) return mapped;
    if (auto mapped = map_body(exchange, *selected); !mapped) return mapped;
    if (exchange.integration().type == CompiledIntegration::Type::Http) {
        exchange.method_response.fields.add("X-Amzn-Trace-Id", exchange.ids.trace());
    }
    return {};
}

}  // namespace turnpike::integration
