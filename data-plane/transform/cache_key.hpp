#pragma once

#include <string_view>

#include "common/snapshot/caching.hpp"
#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::transform {

/// What distinguishes this request's entry in the response cache from others: the method's prefix,
/// the verb, and the values of the cache key parameters, each with its length, so that absent,
/// empty and repeated ones all differ. Lifetime: the exchange's. Requires: a body that a parameter
/// reads is there as a whole.
std::string_view cache_key(pipeline::Exchange& exchange, const snapshot::MethodCaching& caching);

}  // namespace turnpike::transform
