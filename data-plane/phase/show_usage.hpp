#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Answers GET /{stage}/_usage, where the stage has it, with what the caller's key may use of its
/// plan and what is left; other requests go on. Waits only if Redis has to be asked, 50 ms at most.
/// Source: docs/limits.md.
worker::MaybeTask<pipeline::Outcome> show_usage(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
