#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Tells the log of the request that is over. Requests for which no stage was found belong to
/// nobody and are not logged.
pipeline::Outcome log_request(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
