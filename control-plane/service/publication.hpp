#pragma once

#include <optional>
#include <string_view>

#include "common/json/value.hpp"
#include "control-plane/service/transaction.hpp"

/// What workers are told of the state as it is now; docs/publishing.md is the schema. Nothing: it
/// does not exist (any more), or cannot be served.
namespace turnpike::service {

/// The stage document, plus "apiId", "apiName", "disableExecuteApiEndpoint", "snapshot" (the blob
/// of its deployment) and "canarySnapshot" (of the canary's, if that is another deployment).
std::optional<json::Value> stage_record(Transaction& transaction, std::string_view api_id,
                                        std::string_view stage_name);
/// The usage plan document.
std::optional<json::Value> plan_record(Transaction& transaction, std::string_view plan_id);
/// {"id", "enabled", "name"?, "customerId"?, "plans": [plan ids]}; never the value.
std::optional<json::Value> key_record(Transaction& transaction, std::string_view key_id);

}  // namespace turnpike::service
