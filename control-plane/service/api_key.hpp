#pragma once

#include <string_view>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// Errors: NotFound.
Result<json::Value> find_api_key(Transaction& transaction, std::string_view key_id);

}  // namespace turnpike::service
