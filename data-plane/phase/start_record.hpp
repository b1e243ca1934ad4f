#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Begins the record of a request that somebody may want to see: a method of the stage has an
/// execution log, or explain draws it.
pipeline::Outcome start_record(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
