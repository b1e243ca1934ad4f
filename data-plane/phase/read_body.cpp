#include "data-plane/phase/read_body.hpp"

#include "data-plane/transform/request_body.hpp"

namespace turnpike::phase {

worker::MaybeTask<pipeline::Outcome> read_body(pipeline::Exchange& exchange) {
    if (!exchange.method->reads_body && !transform::needs_decoding(exchange)) {
        return pipeline::Outcome::Continue;
    }
    return transform::collect_body(exchange);
}

}  // namespace turnpike::phase
