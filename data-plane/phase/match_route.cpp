#include "data-plane/phase/match_route.hpp"

#include <optional>

#include "common/base/encoding.hpp"
#include "common/base/prefetch.hpp"
#include "common/crypto/digest.hpp"

namespace turnpike::phase {
namespace {

using http::KnownHeader;
using pipeline::Exchange;
using pipeline::GatewayError;
using pipeline::GatewayResponseType;

constexpr std::string_view kSignaturePrefix = "AWS4-";

void choose_verb(Exchange& exchange) {
    exchange.verb = snapshot::request_verb(exchange.head().method());
    if (exchange.verb != snapshot::Verb::Post) return;
    const auto other = exchange.head().fields().find(KnownHeader::XHttpMethodOverride);
    if (!other || other->empty()) return;
    exchange.http_method = *other;
    exchange.verb = snapshot::request_verb(*other);
}

/// The answer of a service that treats unknown paths as if they needed a signature.
GatewayError unmatched_error(Exchange& exchange) {
    GatewayError error = gateway_error(GatewayResponseType::MissingAuthenticationToken);
    const auto authorization = exchange.head().fields().find(KnownHeader::Authorization);
    if (!exchange.services.installation.explains_foreign_authorization || !authorization ||
        authorization->starts_with(kSignaturePrefix)) {
        return error;
    }
    pipeline::ArenaText text(exchange.arena);
    text +=
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with "
        "SHA-256 and encoded with Base64): '";
    text += to_base64(crypto::view(crypto::sha256(*authorization)));
    text += "'.";
    error = gateway_error(GatewayResponseType::InvalidSignature).with_message(text.view());
    error.error_type = "IncompleteSignatureException";
    return error;
}

/// A path of the stage itself hides one of the deployment.
bool is_of_stage(const Exchange& exchange, const snapshot::UsageMethod& own) {
    return exchange.verb == own.method.verb && exchange.path == snapshot::UsageMethod::kPath;
}

}  // namespace

pipeline::Outcome match_route(Exchange& exchange) {
    choose_verb(exchange);
    const snapshot::UsageMethod* own = exchange.stage->usage_method();
    if (own && is_of_stage(exchange, *own)) {
        exchange.method = &own->method;
        exchange.stage_method = &own->stage_method;
        return pipeline::Outcome::Continue;
    }
    exchange.match = exchange.variant->deployment().match(exchange.path, exchange.verb);
    if (!exchange.match.method) return end_with(exchange, unmatched_error(exchange));
    exchange.method = exchange.match.method;
    prefetch(*exchange.method);
    exchange.stage_method = &exchange.variant->at(*exchange.method);
    prefetch(*exchange.stage_method);
    prefetch(*exchange.method->resource);
    return pipeline::Outcome::Continue;
}

}  // namespace turnpike::phase
