#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Finds the method that serves path and verb. POST requests may name another verb in
/// X-HTTP-Method-Override. Nothing found: 403, as of a caller without credentials.
/// Source: the reference, routing section 2; security section 3.6.
pipeline::Outcome match_route(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
