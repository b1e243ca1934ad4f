#pragma once

#include <string_view>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// UpdateRestApi's operations on a copy of the document, checked.
Result<json::Value> patched_rest_api(const json::Value& document, Transaction& transaction,
                                     const Call& call);

/// Errors: Invalid.
Result<void> check_rest_api_name(std::string_view name);
Result<void> check_compression_size(std::int64_t bytes);

/// What of the draft of `source` is in the document of the API: given to `target` where it has
/// nothing itself.
void inherit_settings(const json::Value& source, const Installation& installation,
                      json::Value& target);
/// What of the draft is below the API: resources with their methods, and models, copied under new
/// ids. Requires: `target` is stored, has its rootResourceId, nothing below it and its lock.
void clone_draft(Transaction& transaction, const json::Value& source, const json::Value& target);

/// The id of the root of an API is longer than those of the others.
std::string new_resource_id();
std::string new_root_resource_id();

}  // namespace turnpike::service
