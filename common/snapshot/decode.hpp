#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "common/model/api_key.hpp"
#include "common/model/deployment.hpp"
#include "common/model/stage.hpp"
#include "common/model/usage_plan.hpp"

namespace turnpike::snapshot {

/// The wire forms of what is published, as JSON documents whose members have the contract's names
/// (docs/publishing.md). The bytes come from Redis or from disk and are not trusted: memory and
/// time are bounded (limits.hpp), members of a wrong type are errors, unknown ones are ignored so
/// that a newer control plane can add some. Errors: Invalid with the place and the reason in
/// `message`.
Result<model::Deployment> decode_deployment(std::string_view document);
Result<model::Stage> decode_stage(std::string_view record);
Result<model::UsagePlan> decode_plan(std::string_view record);
Result<model::ApiKey> decode_key(std::string_view record);

}  // namespace turnpike::snapshot
