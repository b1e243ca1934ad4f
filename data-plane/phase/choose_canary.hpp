#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Draws, for this request alone, whether the stage's canary serves it.
/// Source: the reference, traffic section 5.
pipeline::Outcome choose_canary(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
