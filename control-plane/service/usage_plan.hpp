#pragma once

#include <string>
#include <string_view>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// Serialises writers of API keys, usage plans and what ties them together: whether a key may join
/// a plan depends on the stages of its other plans. Taken after a REST API's lock, never before
/// one.
void lock_access(Transaction& transaction);

/// Errors: NotFound.
Result<json::Value> find_usage_plan(Transaction& transaction, std::string_view plan_id);

/// The stage leaves every plan that has it. Requires: the API's lock.
void drop_stage_from_plans(Transaction& transaction, std::string_view api_id,
                           std::string_view stage_name);

}  // namespace turnpike::service
