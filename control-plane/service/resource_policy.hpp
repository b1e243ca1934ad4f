#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/".
std::string execute_arn_prefix(const Installation& installation, std::string_view api_id);

/// The policy of an API as it is stored: compact JSON, in which the short resource form
/// "execute-api:/x" has become the full execute ARN of that API. Errors: Invalid if it is not an
/// IAM policy document in form, or longer than 8192 characters.
Result<std::string> normalised_policy(std::string_view text, std::string_view api_id,
                                      const Installation& installation);

/// A policy in form, as compact JSON; resources stay as they are. Errors: Invalid, as
/// normalised_policy().
Result<std::string> compact_policy(std::string_view text);

/// As answers carry it: with the quotes inside escaped once more, which clients undo.
std::string policy_as_answered(std::string_view policy);

}  // namespace turnpike::service
