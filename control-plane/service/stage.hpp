#pragma once

#include <string>
#include <string_view>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// Errors: NotFound.
Result<json::Value> find_stage(Transaction& transaction, std::string_view api_id,
                               std::string_view stage_name);

/// A stage without settings of its own, made now. Its name is not checked here. Some members of
/// a stage are for workers only: "generations" {"responses", "authorizers"}, what they cached under
/// another number than the current one is not used any more; and those of stage_settings.hpp, which
/// a new stage does not have.
json::Value new_stage(const Call& call, std::string_view name, std::string_view deployment_id);
/// As the contract has it.
json::Value shown_stage(json::Value stage);
/// Errors: Invalid.
Result<void> check_stage_name(std::string_view name);
/// There may be one stage more. Errors: LimitExceeded.
Result<void> check_stage_quota(Transaction& transaction, const Call& call, std::string_view api_id);

/// Takes over what CreateStage and CreateDeployment both can set: variables, cache and tracing.
void take_stage_settings(const json::Value& input, json::Value& stage);
/// {"percentTraffic", "deploymentId", "useStageCache"} of a canary about which nothing else is
/// said.
json::Value new_canary(std::string_view deployment_id);
/// Takes over what `given` says about a canary.
void take_canary_settings(const json::Value& given, json::Value& canary);

/// Brings what depends on other members in line: cache size and status, empty maps, rates.
void settle_stage(json::Value& stage);
/// What workers keep in one of the stage's caches ("responses", "authorizers") is not used any
/// more.
void begin_generation(const Call& call, std::string_view cache, json::Value& stage);
/// A cache cluster that was switched on or off, or got another size, is empty.
void renew_changed_cache(const Call& call, const json::Value& before, json::Value& stage);
/// What a stage must be, however it came about: variables, canary, cache size. Errors: Invalid,
/// LimitExceeded.
Result<void> check_stage(const json::Value& stage, const Installation& installation);

/// Tells the workers that the stage is new, different or gone.
void publish_stage(Transaction& transaction, std::string_view api_id, std::string_view stage_name);

/// UpdateStage's operations on a copy of the stage, checked.
Result<json::Value> patched_stage(const json::Value& stage, Transaction& transaction,
                                  const Call& call);

}  // namespace turnpike::service
