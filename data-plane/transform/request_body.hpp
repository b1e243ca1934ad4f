#pragma once

#include "data-plane/pipeline/driver.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/worker/maybe_task.hpp"

namespace turnpike::transform {

/// Waits for the caller's whole body and keeps it as exchange.body, without its Content-Encoding.
/// Does nothing if it is there already. Ends with 413 (too large, decoded or not), 415 (an unknown
/// coding, damaged data), or 400 (the caller did not send what it announced).
/// Source: the reference, routing section 5.
worker::MaybeTask<pipeline::Outcome> collect_body(pipeline::Exchange& exchange);

/// The body has a coding that has to be undone before anything sees it.
bool needs_decoding(const pipeline::Exchange& exchange);

}  // namespace turnpike::transform
