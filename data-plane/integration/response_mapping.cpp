#include "data-plane/integration/response_mapping.hpp"

#include <string>

#include "common/base/text.hpp"
#include "common/http/header_writer.hpp"
#include "common/http/limits.hpp"
#include "data-plane/integration/header_rules.hpp"
#include "data-plane/integration/media_type.hpp"
#include "data-plane/transform/content.hpp"
#include "data-plane/transform/parameter_value.hpp"
#include "data-plane/transform/transformation.hpp"

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

/// What all fields of a head may have together.
constexpr std::size_t kFieldBytesMax = http::HeadLimits{}.header_bytes_max;

/// Fields that every answer gets beside those of the back end.
constexpr std::size_t kAddedFields = 4;

bool is_plain_connection(const http::FieldList& fields) {
    const auto value = fields.find(KnownHeader::Connection);
    return !value || equals_ignoring_case(*value, "keep-alive") ||
           equals_ignoring_case(*value, "close");
}

Error configuration(std::string text) { return invalid(std::string(kConfigurationError) + text); }

/// Returns: null if the response has no templates. An empty one lets the body pass as it is.
const MappingTemplate* choose_template(Exchange& exchange,
                                       const CompiledIntegrationResponse& selected) {
    if (selected.templates.empty()) return nullptr;
    const std::string_view wanted = wanted_media_type(exchange.head().fields(), exchange.arena);
    const MappingTemplate* chosen = nullptr;
    for (const MappingTemplate& one : selected.templates) {
        if (one.media_type == wanted) return &one;
        if (one.media_type == kJson) chosen = &one;
    }
    return chosen != nullptr ? chosen : &selected.templates.front();
}

/// Errors: Invalid for a value that is longer than all fields of a head may be.
Result<void> add_response_field(Exchange& exchange, KnownHeader known, std::string_view name,
                                std::string_view value) {
    if (value.size() > kFieldBytesMax) {
        return configuration("the header field " + std::string(name) + " is too large");
    }
    pipeline::ResponseFields& fields = exchange.method_response.fields;
    switch (mapped_response_rule(known)) {
        case ResponseRule::Pass:
            fields.add(name, value);
            break;
        case ResponseRule::Remap:
            fields.add(remapped_name(known, name, exchange.arena), value);
            break;
        case ResponseRule::Drop:
            break;
    }
    return {};
}

Result<void> map_fields(Exchange& exchange, const CompiledIntegrationResponse& selected) {
    for (const ParameterMapping& mapping : selected.parameters) {
        const std::string_view value = transform::value_of(exchange, mapping.source);
        if (value.empty() || !http::is_field_value(value)) continue;
        if (auto added = add_response_field(exchange, mapping.known, mapping.name, value); !added) {
            return added;
        }
    }
    return {};
}

/// The back end's body as contentHandling and the caller want it. Requires: it is collected, if
/// anything looks at it.
Result<transform::Content> convert_answer(Exchange& exchange,
                                          const CompiledIntegrationResponse& selected) {
    const auto& binary_types = exchange.variant->deployment().binary_media_types();
    const auto& answer = exchange.integration_response.answer;
    if (!answer) return transform::Content{};  // of MOCK: nothing, which is text whatever is binary
    const auto type = answer->head().fields().find(KnownHeader::ContentType);
    const bool has_types = !binary_types.empty();
    return transform::convert_response(
        exchange.integration_response.body.value_or(std::string_view{}), has_types,
        has_types && matches_any(binary_types, type.value_or(kJson)),
        has_types &&
            matches_any(binary_types, wanted_media_type(exchange.head().fields(), exchange.arena)),
        selected.content_handling, exchange.arena);
}

Result<std::string_view> render(Exchange& exchange, const MappingTemplate& chosen,
                                const transform::Content& content) {
    if (!content.is_text) return configuration("a binary answer cannot go through a template");
    if (!chosen.needs_evaluation()) return std::string_view(chosen.text);
    auto& transformation = transform::Transformation::of(exchange);
    transformation.response_body().set(content.bytes);
    auto text = transformation.render(exchange, chosen, transformation.response_body());
    if (!text) return configuration("Unable to transform response: " + text.error().message);
    return text;
}

Result<void> map_body(Exchange& exchange, const CompiledIntegrationResponse& selected,
                      const transform::Content& content) {
    MethodResponse& response = exchange.method_response;
    const MappingTemplate* found = choose_template(exchange, selected);
    if (found != nullptr) response.content_type = found->media_type;
    if (found != nullptr && !found->text.empty()) {
        const auto text = render(exchange, *found, content);
        if (!text) return text.error();
        response.body = MethodResponse::Body::Text;
        response.text = *text;
    } else if (exchange.integration_response.answer) {
        response.body = MethodResponse::Body::Text;
        response.text = content.bytes;
    }
    return {};
}

std::optional<int> status_of(const dynamic::Value& value) {
    const auto number = value.kind() == dynamic::Kind::Integer
                            ? std::optional<long long>(value.as_integer())
                        : value.is_string() ? parse_integer(value.as_string())
                                            : std::nullopt;
    // One of 1xx would leave the caller waiting for another answer.
    if (!number || *number < 200 || *number > 599) return std::nullopt;
    return static_cast<int>(*number);
}

/// What templates of either side set. Source: the reference, mapping section 4.6.
Result<void> apply_overrides(Exchange& exchange) {
    if (!exchange.transformation) return {};
    const transform::Overrides& overrides = transform::Transformation::of(exchange).overrides();
    MethodResponse& response = exchange.method_response;
    if (const auto status = status_of(overrides.response_status)) response.status = *status;
    for (const auto& [name, value] : overrides.response_header.texts().members()) {
        const std::string_view text = value.as_string();
        if (!http::is_token(name)) return configuration(std::string(name) + " is no header name");
        const KnownHeader known = http::find_header(name);
        response.fields.remove(name);
        response.fields.remove(remapped_name(known, name, exchange.arena));
        if (text.empty() || !http::is_field_value(text)) continue;
        if (auto added = add_response_field(exchange, known, name, text); !added) return added;
    }
    return {};
}

}  // namespace

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

Result<const CompiledIntegrationResponse*> select_response(Exchange& exchange) {
    const std::string text = std::to_string(exchange.integration_response.status);
    const CompiledIntegrationResponse* selected = exchange.integration().select_response(text);
    if (!selected) {
        return configuration(
            "No match for output mapping and no default output mapping configured. Endpoint "
            "Response Status Code: " +
            text);
    }
    if (selected->status < 200) {
        return configuration("no answer can end with status " + std::to_string(selected->status));
    }
    if (!selected->is_declared) {
        return configuration("the method declares no response with status " +
                             std::to_string(selected->status));
    }
    return selected;
}

bool reads_answer(Exchange& exchange, const CompiledIntegrationResponse& selected) {
    if (!exchange.integration_response.answer) return false;
    const MappingTemplate* chosen = choose_template(exchange, selected);
    return !chosen || chosen->text.empty() || chosen->needs_evaluation() || selected.maps_body;
}

Result<void> map_selected_response(Exchange& exchange,
                                   const CompiledIntegrationResponse& selected) {
    MethodResponse& response = exchange.method_response;
    response.status = selected.status;
    const auto content = convert_answer(exchange, selected);
    if (!content) return configuration(content.error().message);
    if (selected.maps_body) {
        transform::Transformation::of(exchange).response_body().set(content->bytes);
    }
    if (auto mapped = map_fields(exchange, selected); !mapped) return mapped;
    if (auto mapped = map_body(exchange, selected, *content); !mapped) return mapped;
    if (auto applied = apply_overrides(exchange); !applied) return applied;
    if (!response.fields.contains("Content-Type")) {
        response.fields.add("Content-Type", response.content_type);
    }
    if (exchange.integration().type == CompiledIntegration::Type::Http &&
        !response.fields.contains("X-Amzn-Trace-Id")) {
        response.fields.add("X-Amzn-Trace-Id", exchange.ids.trace());
    }
    return {};
}

}  // namespace turnpike::integration
