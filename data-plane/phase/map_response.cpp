#include "data-plane/phase/map_response.hpp"

#include "data-plane/integration/response_mapping.hpp"

namespace turnpike::phase {

pipeline::Outcome map_response(pipeline::Exchange& exchange) {
    if (exchange.integration().is_proxy()) {
        integration::pass_response(exchange);
        return pipeline::Outcome::Continue;
    }
    const Result<void> mapped = integration::map_selected_response(exchange);
    if (mapped) return pipeline::Outcome::Continue;
    const std::string_view reason = exchange.arena.copy(mapped.error().message);
    return end_with(exchange, pipeline::configuration_error(reason));
}

}  // namespace turnpike::phase
