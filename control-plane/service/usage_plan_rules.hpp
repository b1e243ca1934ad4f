#pragma once

#include <string_view>

#include "control-plane/service/operation.hpp"

/// What a usage plan may be, whether created or patched. Plans are documents in the contract's
/// shape; an entry of "apiStages" is {"apiId", "stage", "throttle"?}.
namespace turnpike::service {

bool is_same_plan_stage(const json::Value& a, const json::Value& b);
/// The entry of the plan for that API and stage, or null.
json::Value* find_plan_stage(json::Value& plan, const json::Value& stage);

/// The entry names a stage that exists. Errors: Invalid if a name is missing, NotFound.
Result<void> check_plan_stage(Transaction& transaction, std::string_view plan_id,
                              const json::Value& stage);
/// Name, limits, quota, number and form of method throttles. Errors: Invalid, LimitExceeded.
Result<void> check_plan(const json::Value& plan, const Installation& installation);
/// Rates become doubles, a quota gets its offset, empty blocks go.
void normalise_plan(json::Value& plan);

/// A key counts against one plan per stage. Errors: Conflict if `key_id`, about to join `plan`, is
/// in another plan with a stage of this one.
Result<void> check_key_joins(Transaction& transaction, const json::Value& plan,
                             std::string_view key_id);
/// The same for all keys of `plan`, about to get the stage.
Result<void> check_stage_joins(Transaction& transaction, const json::Value& plan,
                               const json::Value& stage);

/// UpdateUsagePlan's operations on a copy of the plan, checked.
Result<json::Value> patched_usage_plan(const json::Value& plan, Transaction& transaction,
                                       const Call& call);

}  // namespace turnpike::service
