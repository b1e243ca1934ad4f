#pragma once

#include <string>
#include <string_view>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// Errors: NotFound.
Result<json::Value> find_api_key(Transaction& transaction, std::string_view key_id);

std::string new_api_key_id();
/// Lengths of a key's members, however it came about. Errors: Invalid.
Result<void> check_api_key(const json::Value& key);
/// Errors: Invalid. The text never repeats the value.
Result<void> check_api_key_value(std::string_view value);
/// The entries of plans repeat the key's name, so that they can be searched by it.
void rename_in_usage_plans(Transaction& transaction, const json::Value& key);

}  // namespace turnpike::service
