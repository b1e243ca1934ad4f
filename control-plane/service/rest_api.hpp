#pragma once

#include <string_view>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

std::string new_rest_api_id();
/// CreateRestApi's call under this id. Errors: Invalid, LimitExceeded. Returns: the answer.
Result<json::Value> make_rest_api(Transaction& transaction, const Call& call,
                                  const std::string& id);
/// GetRestApi. Errors: NotFound.
Result<json::Value> read_rest_api(Transaction& transaction, const Call& call);
/// Stores a changed API, and tells workers what they see of it without a deployment.
/// Errors: Invalid if it is too large, or its TLS settings do not go together.
Result<void> store_rest_api(Transaction& transaction, const json::Value& before,
                            const json::Value& after);

/// UpdateRestApi's operations on a copy of the document, checked.
Result<json::Value> patched_rest_api(const json::Value& document, Transaction& transaction,
                                     const Call& call);

/// Without repetitions, in the same order.
json::Array distinct_texts(const json::Array& texts);
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

// Why a resource cannot be where it was to be.

/// `path_part`: the parent's.
Error greedy_parent(std::string_view path_part);
/// `path_part`: the sibling's.
Error variable_sibling(std::string_view path_part);
Error resource_quota_reached();

/// The id of the root of an API is longer than those of its other resources.
std::string new_root_resource_id();

}  // namespace turnpike::service
