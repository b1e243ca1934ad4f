#pragma once

#include <string_view>

#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::pipeline {

/// The value of $context.`name` as far as it is known at this point of the request. Lifetime: the
/// exchange's. Returns: a null view if there is no such variable, or it has no value.
/// Source: the reference, mapping section 4.4.
std::string_view context_value(Exchange& exchange, std::string_view name);

}  // namespace turnpike::pipeline
