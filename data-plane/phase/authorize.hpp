#pragma once

#include "data-plane/pipeline/driver.hpp"

namespace turnpike::phase {

/// Lets the caller through if the method asks for no authorization and the API has no resource
/// policy. What this version cannot evaluate (signatures, authorizers, policies) lets nobody
/// through, with the answer that callers without valid credentials get.
/// Source: the reference, security sections 1 to 3.
pipeline::Outcome authorize(pipeline::Exchange& exchange);

}  // namespace turnpike::phase
