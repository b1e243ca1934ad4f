#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Turns what the back end gave into what the caller gets.
/// Source: the reference, routing sections 3.3 and 3.5, mapping section 2.
worker::MaybeTask<pipeline::Outcome> map_response(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
