#include "data-plane/integration/mock_call.hpp"

#include <limits>

#include "common/json/value.hpp"
#include "data-plane/transform/request_body.hpp"

namespace turnpike::integration {
namespace {

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
    const Outcome collected = co_await transform::collect_body(exchange);
    if (collected == Outcome::Ended) co_return collected;
    co_return take_status(exchange, status_of_body(*exchange.body));
}

std::optional<int> status_of_template(const pipeline::IntegrationRequest& request) {
    const snapshot::MappingTemplate& chosen = *request.chosen_template;
    return chosen.needs_evaluation() ? snapshot::parse_mock_status(*request.body)
                                     : chosen.mock_status;
}

}  // namespace

worker::MaybeTask<Outcome> call_mock(Exchange& exchange) {
    if (exchange.integration_request.chosen_template) {
        return take_status(exchange, status_of_template(exchange.integration_request));
    }
    if (!exchange.head().has_body()) return take_status(exchange, std::nullopt);
    return read_status(exchange);
}

}  // namespace turnpike::integration
