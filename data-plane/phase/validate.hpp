#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// The method's request validator: required parameters, then the body against its model.
/// Source: the reference, mapping section 6.
pipeline::Outcome validate(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
