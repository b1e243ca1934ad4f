#pragma once

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// The key joins the plan; both are documents. Requires: lock_access(). Returns: the entry as it is
/// stored. Errors: Conflict if it is in the plan, or in another one with a stage of this one;
/// LimitExceeded.
Result<json::Value> join_usage_plan(Transaction& transaction, const Call& call,
                                    const json::Value& plan, const json::Value& key);

}  // namespace turnpike::service
