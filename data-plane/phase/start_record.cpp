#include "data-plane/phase/start_record.hpp"

#include "data-plane/phase/describe.hpp"

namespace turnpike::phase {

pipeline::Outcome start_record(pipeline::Exchange& exchange) {
    const snapshot::CompiledStage& stage = *exchange.stage;
    if (!stage.may_be_recorded()) return pipeline::Outcome::Continue;
    const model::ExplainSettings& explain = stage.settings().explain;
    pipeline::ExecutionRecord::Wishes wishes;
    wishes.explains =
        explain.percent_traffic > 0 &&
        exchange.services.reactor.random().next_unit() * 100 < explain.percent_traffic;
    wishes.explains_data = explain.data_trace_enabled;
    // Until the method is known, which has the level.
    wishes.logs_info = stage.has_execution_log();
    exchange.record = std::make_unique<pipeline::ExecutionRecord>(wishes);
    exchange.record->begin_step("identify_stage", exchange.request.received);
    exchange.record->end_step(steady_now(), false);
    describe_stage(exchange, *exchange.record);
    return pipeline::Outcome::Continue;
}

}  // namespace turnpike::phase
