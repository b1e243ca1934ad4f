#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Sends the answer, or the gateway's own for an error; streams a body that is not whole yet.
/// Source: the reference, data-plane sections 1.2 and 2.
worker::MaybeTask<pipeline::Outcome> respond(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
