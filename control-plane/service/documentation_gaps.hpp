#pragma once

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// A page of what the API has and no documentation part is about: items {"location"} by path, of
/// the call's `type`, `path` and `nameQuery` if given. What inherits content is documented.
Page undocumented_page(Transaction& transaction, const Call& call);

}  // namespace turnpike::service
