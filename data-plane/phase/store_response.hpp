#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Keeps the answer of a cached method, which it collects for that, up to the size that is stored;
/// a longer one streams. A failure lets those go on who waited for the answer, or is answered with
/// what was stored before. Source: the reference, traffic section 1.2; docs/cache.md.
worker::MaybeTask<pipeline::Outcome> store_response(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
