#pragma once

#include "common/base/result.hpp"
#include "common/json/value.hpp"

/// What a test of an authorizer needs beside the authorizer. Source: contract operation
/// TestInvokeAuthorizer.
namespace turnpike::service {

/// `input` is the operation's; every identity source that it can carry must be in it.
/// Errors: Invalid.
Result<void> check_authorizer_trial(const json::Value& authorizer, const json::Value& input);

/// Why a test with good input is refused nevertheless: what this version cannot call or verify.
Error no_authorizer_trial(const json::Value& authorizer);

}  // namespace turnpike::service
