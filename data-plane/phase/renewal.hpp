#pragma once

#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::phase {

/// Has a stale answer, which the caller gets now, renewed by a call of its own in the background:
/// the phases of `order` that ask the back end and store, on a copy of the request. Does nothing
/// for a request with a body, or if too many are under way; then a later request renews it.
/// Requires: the exchange leads for its key (pipeline::CacheUse::lead). docs/cache.md.
void renew_in_background(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
