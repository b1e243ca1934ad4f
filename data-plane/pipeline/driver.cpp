#include "data-plane/pipeline/driver.hpp"

namespace turnpike::pipeline {

Outcome end_with(Exchange& exchange, const GatewayError& error) {
    exchange.error = error;
    return Outcome::Ended;
}

worker::Task<> Pipeline::handle(net::Request& request, net::ResponseWriter& writer) {
    Exchange exchange(services_, request, writer);
    bool has_ended = false;
    for (const PhaseStep& step : phases_) {
        if (has_ended && !step.is_final) continue;
        const Outcome outcome = step.run ? step.run(exchange) : co_await step.run_waiting(exchange);
        if (outcome == Outcome::Ended && !has_ended) {
            has_ended = true;
            exchange.failed_phase = step.name;
        }
    }
}

}  // namespace turnpike::pipeline
