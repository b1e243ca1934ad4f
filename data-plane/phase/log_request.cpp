#include "data-plane/phase/log_request.hpp"

namespace turnpike::phase {

pipeline::Outcome log_request(pipeline::Exchange& exchange) {
    if (exchange.stage) exchange.services.log.record(exchange);
    return pipeline::Outcome::Continue;
}

}  // namespace turnpike::phase
