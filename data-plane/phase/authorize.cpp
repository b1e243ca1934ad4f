#include "data-plane/phase/authorize.hpp"

#include "data-plane/pipeline/method_arn.hpp"

namespace turnpike::phase {
namespace {

using http::KnownHeader;
using pipeline::Exchange;
using pipeline::GatewayError;
using pipeline::GatewayResponseType;
using pipeline::Outcome;

GatewayError policy_denial(Exchange& exchange) {
    pipeline::ArenaText text(exchange.arena);
    text += "User: anonymous is not authorized to perform: execute-api:Invoke on resource: ";
    append_method_arn(text, exchange);
    text += " because no resource-based policy allows the execute-api:Invoke action";
    return gateway_error(GatewayResponseType::AccessDenied)
        .with_message(text.view())
        .with_detail("resource policies are not evaluated by this version");
}

/// No key of any caller is known here, so every signature is one of an unknown key.
GatewayError signature_error(const Exchange& exchange) {
    const bool is_signed =
        exchange.head().fields().contains(KnownHeader::Authorization) ||
        exchange.head().query().find("X-Amz-Signature=") != std::string_view::npos;
    if (!is_signed) return gateway_error(GatewayResponseType::MissingAuthenticationToken);
    GatewayError error = gateway_error(GatewayResponseType::InvalidSignature)
                             .with_message("The security token included in the request is invalid.")
                             .with_detail("AWS_IAM is not evaluated by this version");
    error.error_type = "UnrecognizedClientException";
    return error;
}

}  // namespace

Outcome authorize(Exchange& exchange) {
    switch (exchange.method->authorization) {
        case snapshot::Authorization::None:
            if (exchange.variant->deployment().policy().empty()) return Outcome::Continue;
            return end_with(exchange, policy_denial(exchange));
        case snapshot::Authorization::AwsIam:
            return end_with(exchange, signature_error(exchange));
        case snapshot::Authorization::CognitoUserPools:
            return end_with(exchange,
                            gateway_error(GatewayResponseType::Unauthorized)
                                .with_detail("user pools are not evaluated by this version"));
        case snapshot::Authorization::Custom:
            break;
    }
    return end_with(exchange, gateway_error(GatewayResponseType::AuthorizerConfigurationError)
                                  .with_detail("authorizers are not evaluated by this version"));
}

}  // namespace turnpike::phase
