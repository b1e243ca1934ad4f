#pragma once

#include "data-plane/pipeline/driver.hpp"
#include "data-plane/worker/task.hpp"

namespace turnpike::integration {

/// Sends the integration request of an HTTP or HTTP_PROXY integration and waits for the head of the
/// answer, and for its body if that is announced to be small. On failure the exchange's error is
/// set. Time: the integration's timeout from now on.
///
/// Tried a second time, once, only if the first connection had been resting in its pool, ended
/// before any byte of an answer, and the back end can hardly have done anything: the verb is
/// idempotent and nothing of a body was sent, or the request never left.
worker::Task<pipeline::Outcome> call_http(pipeline::Exchange& exchange);

}  // namespace turnpike::integration
