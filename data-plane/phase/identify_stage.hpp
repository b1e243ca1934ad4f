#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Finds the API and the stage that host and path name, and pins the published state.
/// Hosts {api}.execute-api.{any region}.{domain}, with or without the region label, carry the stage
/// as first segment; for any other host the path has to be
/// /restapis/{api}/{stage}/_user_request_/... or /_aws/execute-api/{api}/{stage}/...; else, and for
/// a stage that does not exist or whose default endpoint is disabled: 403 Forbidden. Source: the
/// reference, routing section 1.
worker::MaybeTask<pipeline::Outcome> identify_stage(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
