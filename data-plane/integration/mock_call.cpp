#include "data-plane/integration/mock_call.hpp"

#include <limits>

#include "common/json/value.hpp"
#include "data-plane/integration/request_builder.hpp"

namespace turnpike::integration {
namespace {

using net::BodyPiece;
using pipeline::Exchange;
using pipeline::Outcome;

constexpr std::string_view kNoStatus =
    "Execution failed due to configuration error: Unable to parse statusCode. It should be an "
    "integer that is defined in the request template.";

Outcome take_status(Exchange& exchange, std::optional<int> status) {
    if (!status) return end_with(exchange, pipeline::configuration_error(kNoStatus));
    exchange.integration_response.status = *status;
    return Outcome::Continue;
}

std::optional<int> status_of_body(std::string_view body) {
    const Result<json::Value> value = json::parse(body);
    if (!value) return std::nullopt;
    const auto status = value->integer("statusCode");
    if (!status || *status < std::numeric_limits<int>::min() ||
        *status > std::numeric_limits<int>::max()) {
        return std::nullopt;
    }
    return static_cast<int>(*status);
}

worker::Task<Outcome> read_status(Exchange& exchange) {
    const BodyPiece body = co_await exchange.request.body.read_all();
    if (body.status == BodyPiece::Status::TooLarge) {
        pipeline::GatewayError error =
            gateway_error(pipeline::GatewayResponseType::RequestTooLarge);
        error.is_customizable = false;
        co_return end_with(exchange, error);
    }
    if (body.status != BodyPiece::Status::Data) co_return take_status(exchange, std::nullopt);
    co_return take_status(exchange, status_of_body(body.bytes));
}

}  // namespace

worker::MaybeTask<Outcome> call_mock(Exchange& exchange) {
    const RequestTemplate chosen = choose_request_template(exchange);
    if (chosen.kind == RequestTemplate::Kind::Template) {
        if (!chosen.found->needs_evaluation)
            return take_status(exchange, chosen.found->mock_status);
        return end_with(exchange, pipeline::configuration_error(
                                      "Execution failed due to configuration error: the request "
                                      "template needs evaluation, which this version does not "
                                      "have"));
    }
    if (!exchange.head().has_body()) return take_status(exchange, std::nullopt);
    return read_status(exchange);
}

}  // namespace turnpike::integration
