#pragma once

#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::integration {

/// Fills the method response with the answer to exchange.error: the customised gateway response of
/// its type, else that of DEFAULT_4XX or DEFAULT_5XX, else the built-in one.
/// Requires: an error. Source: the reference, data-plane section 2.2.
void answer_error(pipeline::Exchange& exchange);

}  // namespace turnpike::integration
