#include "data-plane/pipeline/driver.hpp"

#include "data-plane/worker/signal.hpp"

namespace turnpike::pipeline {

Outcome end_with(Exchange& exchange, const GatewayError& error) {
    exchange.error = error;
    return Outcome::Ended;
}

void begin_recorded(const PhaseStep& step, Exchange& exchange) {
    exchange.record->begin_step(step.name, steady_now());
}

void end_recorded(const PhaseStep& step, Exchange& exchange, Outcome outcome) {
    ExecutionRecord& record = *exchange.record;
    record.end_step(steady_now(), outcome == Outcome::Ended);
    if (step.describe) step.describe(exchange, record);
    if (!record.is_wanted()) exchange.record.reset();
}

worker::Task<> Pipeline::handle(net::Request& request, net::ResponseWriter& writer) {
    Exchange exchange(services_, request, writer);
    bool has_ended = false;
    for (const PhaseStep& step : phases_) {
        if (has_ended && !step.is_final) continue;
        if (step.is_skipped_by_hit && exchange.cache.result == CacheUse::Result::Hit) continue;
        if (step.lane) co_await worker::Yield(services_.reactor, *step.lane);
        if (exchange.record) begin_recorded(step, exchange);
        const Outcome outcome = step.run ? step.run(exchange) : co_await step.run_waiting(exchange);
        if (outcome == Outcome::Ended && !has_ended) {
            has_ended = true;
            exchange.failed_phase = step.name;
        }
        if (exchange.record) end_recorded(step, exchange, outcome);
    }
}

}  // namespace turnpike::pipeline
