#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Takes what the request needs of its plan's, stage's and account's throttles and of its quota, or
/// ends it with 429 THROTTLED or QUOTA_EXCEEDED. Waits only if Redis has to be asked, 50 ms at
/// most. Source: the reference, traffic section 2; docs/limits.md.
worker::MaybeTask<pipeline::Outcome> limit(pipeline::Exchange& exchange);
void describe_limit(pipeline::Exchange& exchange, pipeline::ExecutionRecord& record);

}  // namespace turnpike::phase
