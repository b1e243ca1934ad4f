#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Builds what the integration is to get: URI, mapped parameters, header fields, body.
/// Source: the reference, routing section 3 and mapping section 1.
pipeline::Outcome map_request(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
