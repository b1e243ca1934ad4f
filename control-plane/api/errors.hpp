#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.hpp"
#include "control-plane/access/refusal.hpp"
#include "control-plane/api/contract.hpp"

namespace turnpike::api {

/// An error as callers see it: status, the x-amzn-ErrorType header, {"message": ...}.
struct Failure {
    int status = 500;
    std::string_view type;  ///< Lifetime: static.
    std::string message;
    int retry_after_s = 0;  ///< 0: no Retry-After.
};

/// The one place where kinds of errors become names and status codes.
Failure to_failure(const Error& error, Contract contract);
Failure to_failure(const access::Refusal& refusal);

/// Errors of the protocol that no operation models.
Failure serialization_failure(std::string message);
Failure validation_failure(std::string message);
Failure bad_request(std::string message);
Failure unknown_route();
Failure service_unavailable();
/// The change may have been made. No Retry-After: to try again is for who has looked.
Failure outcome_unknown();
/// The operation exists in the contract and is not built: a modelled error that SDKs do not retry.
Failure not_built(const Operation& operation);
/// HTTP that cannot be taken further; 400, 408, 413, 414, 417, 431, 501, 505.
Failure refused_by_http(int status, std::string message);

}  // namespace turnpike::api
