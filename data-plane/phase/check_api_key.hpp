#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// If the method requires an API key: it must be known, enabled, and in a usage plan that has this
/// API and stage, else 403. Source: the reference, traffic section 3.
worker::MaybeTask<pipeline::Outcome> check_api_key(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
