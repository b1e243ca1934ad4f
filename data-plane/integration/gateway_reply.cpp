#include "data-plane/integration/gateway_reply.hpp"

#include "common/http/header_writer.hpp"
#include "data-plane/integration/media_type.hpp"
#include "data-plane/transform/parameter_value.hpp"

namespace turnpike::integration {
namespace {

using http::KnownHeader;
using pipeline::ArenaText;
using pipeline::Exchange;
using pipeline::GatewayError;
using pipeline::GatewayResponseType;
using pipeline::MethodResponse;
using snapshot::CompiledGatewayResponse;
using snapshot::SubstitutedText;

constexpr std::string_view kJson = "application/json";

/// Every answer has them already. Other names are not changed as those of integrations are: this is
/// where an owner asks callers for credentials by WWW-Authenticate.
constexpr http::KnownHeaderSet kOwn{KnownHeader::XAmzApigwId, KnownHeader::XAmznRequestId};

const CompiledGatewayResponse* customised(const Exchange& exchange) {
    const GatewayError& error = *exchange.error;
    if (!error.is_customizable || exchange.variant == nullptr) return nullptr;
    const snapshot::CompiledDeployment& deployment = exchange.variant->deployment();
    if (const auto* own = deployment.gateway_response(to_text(error.type))) return own;
    const bool is_server_error = gateway_error(error.type).status >= 500;
    return deployment.gateway_response(to_text(is_server_error ? GatewayResponseType::Default5xx
                                                               : GatewayResponseType::Default4xx));
}

/// Exact media type, then JSON, then the first. Returns: null if there are none.
const SubstitutedText* choose_text(Exchange& exchange, const CompiledGatewayResponse& response) {
    const std::string_view wanted = wanted_media_type(exchange.head().fields(), exchange.arena);
    const SubstitutedText* chosen = nullptr;
    for (const SubstitutedText& text : response.templates) {
        if (text.media_type == wanted) return &text;
        if (text.media_type == kJson) chosen = &text;
    }
    if (chosen != nullptr || response.templates.empty()) return chosen;
    return &response.templates.front();
}

std::string_view substitute(Exchange& exchange, const SubstitutedText& text) {
    ArenaText out(exchange.arena);
    for (const snapshot::ParameterSource& piece : text.pieces)
        out += transform::value_of(exchange, piece);
    return out.view();
}

void add_fields(Exchange& exchange, const CompiledGatewayResponse& response) {
    for (const snapshot::ParameterMapping& mapping : response.parameters) {
        const std::string_view value = transform::value_of(exchange, mapping.source);
        if (value.empty() || !http::is_field_value(value) || kOwn.contains(mapping.known)) continue;
        exchange.method_response.fields.add(mapping.name, value);
    }
}

/// An answer of 1xx would leave its caller waiting for another one.
std::optional<int> final_status(std::optional<int> status) {
    return status && *status >= 200 ? status : std::nullopt;
}

void answer_customised(Exchange& exchange, const CompiledGatewayResponse& custom) {
    MethodResponse& response = exchange.method_response;
    response.status = final_status(custom.status).value_or(exchange.error->status);
    add_fields(exchange, custom);
    std::string_view content_type = kJson;
    if (const SubstitutedText* text = choose_text(exchange, custom)) {
        response.text = substitute(exchange, *text);
        content_type = text->media_type;
    } else {
        const pipeline::GatewayReply reply = resolve(*exchange.error, exchange.arena);
        response.text = reply.body;
        content_type = reply.content_type;
    }
    if (!response.fields.contains("Content-Type")) {
        response.fields.add("Content-Type", content_type);
    }
}

void answer_built_in(Exchange& exchange) {
    MethodResponse& response = exchange.method_response;
    const pipeline::GatewayReply reply = resolve(*exchange.error, exchange.arena);
    response.status = reply.status;
    response.text = reply.body;
    response.fields.add("Content-Type", reply.content_type);
}

}  // namespace

void answer_error(Exchange& exchange) {
    exchange.error = with_limits(*exchange.error, exchange.services.installation.request_bytes_max,
                                 exchange.arena);
    MethodResponse& response = exchange.method_response;
    response.body = MethodResponse::Body::Text;
    response.fields.clear();
    if (const CompiledGatewayResponse* custom = customised(exchange)) {
        answer_customised(exchange, *custom);
    } else {
        answer_built_in(exchange);
    }
    if (!response.fields.contains("x-amzn-ErrorType")) {
        response.fields.add("x-amzn-ErrorType", exchange.error->error_type);
    }
}

}  // namespace turnpike::integration
