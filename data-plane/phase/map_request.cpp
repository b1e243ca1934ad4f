#include "data-plane/phase/map_request.hpp"

#include <string>

#include "data-plane/integration/request_builder.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::phase {
namespace {

using pipeline::Exchange;
using pipeline::GatewayResponseType;
using pipeline::Outcome;
using Type = snapshot::CompiledIntegration::Type;

/// Chooses the template. Returns: false if the media type has none and may not pass.
bool accepts_media_type(Exchange& exchange) {
    if (exchange.integration().is_proxy()) return true;
    const integration::RequestTemplate chosen = integration::choose_request_template(exchange);
    exchange.integration_request.chosen_template = chosen.found;
    return chosen.kind != integration::RequestTemplate::Kind::Unsupported;
}

/// A mapping that reads the body wants JSON of what looks like it.
bool is_unreadable(Exchange& exchange, std::string_view text) {
    if (!exchange.integration().maps_request_body) return false;
    auto& transformation = transform::Transformation::of(exchange);
    transform::Document& body = transformation.request_body();
    body.set(text);
    return body.looks_like_json() && body.json(transformation.heap()) == nullptr;
}

/// The body as mappings and templates see it.
Result<transform::Content> body_of(Exchange& exchange) {
    if (!exchange.integration().is_proxy()) return integration::convert_body(exchange);
    return transform::Content{exchange.body.value_or(std::string_view{}), true};
}

std::string_view log_line(Exchange& exchange, const Error& error) {
    return exchange.arena.copy("Execution failed due to configuration error: " + error.message +
                               error.detail);
}

pipeline::GatewayError conversion_error(Exchange& exchange, const Error& error) {
    return pipeline::configuration_error(log_line(exchange, error));
}

Outcome fail(Exchange& exchange, const Error& error) {
    return end_with(exchange, pipeline::internal_failure(log_line(exchange, error)));
}

}  // namespace

Outcome map_request(Exchange& exchange) {
    if (!exchange.has_integration()) {
        return end_with(exchange, pipeline::configuration_error("the method has no integration"));
    }
    if (!accepts_media_type(exchange)) {
        return end_with(exchange, gateway_error(GatewayResponseType::UnsupportedMediaType));
    }
    const auto content = body_of(exchange);
    if (!content) return end_with(exchange, conversion_error(exchange, content.error()));
    if (is_unreadable(exchange, content->bytes)) {
        return end_with(exchange, gateway_error(GatewayResponseType::Default4xx)
                                      .with_message("Invalid JSON in request body"));
    }
    const Type type = exchange.integration().type;
    if (type == Type::Aws || type == Type::AwsProxy) {
        return end_with(exchange,
                        pipeline::configuration_error("AWS integrations are not in this version"));
    }
    const Result<void> built = type == Type::Mock
                                   ? integration::build_mock_request(exchange, *content)
                                   : integration::build_http_request(exchange, *content);
    return built ? Outcome::Continue : fail(exchange, built.error());
}

}  // namespace turnpike::phase
