#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Waits for the caller's body if the method needs it as a whole, or if its Content-Encoding has to
/// be undone. Source: the reference, routing section 5.
worker::MaybeTask<pipeline::Outcome> read_body(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
