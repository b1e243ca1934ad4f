#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Ends the record of a watched request with what the caller got.
pipeline::Outcome finish_record(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
