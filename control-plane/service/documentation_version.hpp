#pragma once

#include <string>
#include <string_view>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// The API has that version, or `version` is empty. Errors: Invalid.
Result<void> check_documentation_version(Transaction& transaction, const std::string& api_id,
                                         std::string_view version);

/// Freezes the API's documentation parts. The document has the members of the contract and "parts",
/// the frozen ones, which are not shown. Requires: the API's lock. Errors: Invalid, Conflict if
/// there is that version, LimitExceeded.
Result<json::Value> freeze_documentation(Transaction& transaction, const Call& call,
                                         const std::string& api_id, std::string_view version,
                                         std::string_view description);

}  // namespace turnpike::service
