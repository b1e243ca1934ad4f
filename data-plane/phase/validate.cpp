#include "data-plane/phase/validate.hpp"

#include "common/schema/parameters.hpp"
#include "data-plane/integration/media_type.hpp"
#include "data-plane/transform/parameter_value.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::phase {
namespace {

using pipeline::Exchange;
using pipeline::GatewayResponseType;
using pipeline::Outcome;
using snapshot::CompiledValidation;

Outcome refuse_parameters(Exchange& exchange, const std::string& message) {
    return end_with(exchange, gateway_error(GatewayResponseType::BadRequestParameters)
                                  .with_message(exchange.arena.copy(message)));
}

Outcome refuse_body(Exchange& exchange, std::string_view media_type, std::string_view problems) {
    exchange.validation_error = exchange.arena.copy(problems);
    std::string detail = "Request body does not match model schema for content-type ";
    detail += media_type;
    detail += ": ";
    detail += problems;
    return end_with(exchange, gateway_error(GatewayResponseType::BadRequestBody)
                                  .with_detail(exchange.arena.copy(detail)));
}

Outcome validate_body(Exchange& exchange, const CompiledValidation& validation) {
    const std::string_view media_type = integration::media_type_of(
        integration::content_type_of(exchange.head().fields()), exchange.arena);
    const CompiledValidation::Body* expected = validation.find_body(media_type);
    if (expected == nullptr) return Outcome::Continue;
    if (!*expected->schema) {
        return refuse_body(exchange, media_type, expected->schema->error().message);
    }
    auto& transformation = transform::Transformation::of(exchange);
    const dynamic::Value* body = transformation.request_body().json(transformation.heap());
    if (body == nullptr) return refuse_body(exchange, media_type, "[the body is not JSON]");
    const auto report = schema::validate(**expected->schema, *body, transformation.heap());
    if (!report) return refuse_body(exchange, media_type, report.error().message);
    return report->is_valid ? Outcome::Continue : refuse_body(exchange, media_type, report->text);
}

}  // namespace

Outcome validate(Exchange& exchange) {
    const CompiledValidation* validation = exchange.method->validation.get();
    if (validation == nullptr) return Outcome::Continue;
    const auto refusal = schema::find_missing_parameters(
        validation->parameters, [&exchange](const snapshot::ParameterSource& parameter) {
            return transform::value_of(exchange, parameter);
        });
    if (refusal) return refuse_parameters(exchange, *refusal);
    return validation->reads_body() ? validate_body(exchange, *validation) : Outcome::Continue;
}

}  // namespace turnpike::phase
