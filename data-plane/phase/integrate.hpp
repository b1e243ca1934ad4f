#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Calls the back end and waits for the head of its response; MOCK answers from its template.
/// Source: the reference, data-plane section 1.1.
worker::MaybeTask<pipeline::Outcome> integrate(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
