#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "control-plane/service/transaction.hpp"

/// What an authorizer may be. Source: contract operations CreateAuthorizer, UpdateAuthorizer.
namespace turnpike::service {

/// TOKEN and REQUEST call a function; the third type, COGNITO_USER_POOLS, verifies a token.
bool calls_function(std::string_view authorizer_type);

/// Sets what was not given and has a default: the time to live of results and authType.
void complete_authorizer(json::Value& authorizer);

/// The whole authorizer, members against each other. Errors: Invalid.
Result<void> check_authorizer(const json::Value& authorizer);
/// No other authorizer of the API has its name. Requires: the API's lock. Errors: Invalid.
Result<void> check_authorizer_name_is_free(Transaction& transaction, std::string_view api_id,
                                           const json::Value& authorizer);

/// The mapping expressions of an identitySource, which are separated by commas.
std::vector<std::string_view> identity_sources(std::string_view identity_source);

}  // namespace turnpike::service
