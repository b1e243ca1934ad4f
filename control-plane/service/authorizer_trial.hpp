#pragma once

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/json/value.hpp"

/// A test of an authorizer. Source: contract operation TestInvokeAuthorizer; the reference,
/// observability section 6.
namespace turnpike::service {

/// What a caller with the input's headers and path would get from the authorizer: 401 if what
/// identifies a caller is missing or not as the authorizer expects it. Beyond that this version
/// neither calls functions nor verifies tokens, which is 500 with the reason in the log, as for a
/// function that cannot be called.
/// Returns: clientStatus, log, latency. Errors: Invalid (a path that no request can have).
Result<json::Value> try_authorizer(const json::Value& authorizer, const json::Value& input,
                                   WallTime now);

}  // namespace turnpike::service
