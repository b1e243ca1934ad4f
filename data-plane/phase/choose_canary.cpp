#include "data-plane/phase/choose_canary.hpp"

namespace turnpike::phase {

pipeline::Outcome choose_canary(pipeline::Exchange& exchange) {
    const snapshot::CompiledStage& stage = *exchange.stage;
    exchange.is_canary =
        stage.has_canary() && stage.draws_canary(exchange.services.reactor.random().next_unit());
    exchange.variant = &stage.variant(exchange.is_canary);
    return pipeline::Outcome::Continue;
}

}  // namespace turnpike::phase
