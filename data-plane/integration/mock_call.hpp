#pragma once

#include "data-plane/pipeline/driver.hpp"
#include "data-plane/worker/maybe_task.hpp"

namespace turnpike::integration {

/// Finds the status that a MOCK integration's request template yields; without a template, that of
/// a passed-through JSON body with an integer statusCode. On failure the exchange's error is set.
/// Requires: build_mock_request() has succeeded.
/// Source: the reference, routing section 3, decision 13.
worker::MaybeTask<pipeline::Outcome> call_mock(pipeline::Exchange& exchange);

}  // namespace turnpike::integration
