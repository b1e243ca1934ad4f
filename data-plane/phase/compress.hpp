#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Compresses the answer if the API says from which size, the caller takes it, and the answer has
/// no coding of its own. Source: the reference, routing section 5.
worker::MaybeTask<pipeline::Outcome> compress(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
