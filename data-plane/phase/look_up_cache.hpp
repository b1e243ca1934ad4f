#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Finds a stored answer, if the method is cached; then the phases that ask the back end do not
/// run. Waits for Redis, or for another request that asks the back end for the same. Source: the
/// reference, traffic sections 1.2 to 1.4; docs/cache.md.
worker::MaybeTask<pipeline::Outcome> look_up_cache(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
