#include "control-plane/api/errors.hpp"

namespace turnpike::api {
namespace {

constexpr int kRetryAfterS = 1;

std::string_view type_of_http_status(int status) {
    switch (status) {
        case 408:
            return "RequestTimeoutException";
        case 413:
            return "RequestEntityTooLargeException";
        case 414:
            return "RequestUriTooLongException";
        case 417:
            return "ExpectationFailedException";
        case 431:
            return "RequestHeaderFieldsTooLargeException";
        case 501:
            return "NotImplementedException";
        case 505:
            return "HttpVersionNotSupportedException";
        default:
            return "BadRequestException";
    }
}

}  // namespace

Failure to_failure(const Error& error, Contract contract) {
    switch (error.kind) {
        case Error::Kind::Invalid:
            return bad_request(error.message);
        case Error::Kind::NotFound:
            return {404, "NotFoundException", error.message, 0};
        case Error::Kind::Conflict:
            return {409, "ConflictException", error.message, 0};
        case Error::Kind::Denied:
            return {403, "AccessDeniedException", error.message, 0};
        case Error::Kind::Throttled:
            return {429, "TooManyRequestsException", error.message, kRetryAfterS};
        case Error::Kind::LimitExceeded:
            // v2 has no error of its own for used-up quotas.
            if (contract == Contract::HttpV2) {
                return {429, "TooManyRequestsException", error.message, kRetryAfterS};
            }
            return {429, "LimitExceededException", error.message, kRetryAfterS};
        case Error::Kind::Timeout:
        case Error::Kind::Unavailable:
            return service_unavailable();
        case Error::Kind::Internal:
            break;
    }
    return {500, "InternalFailure", "Internal failure", 0};
}

Failure to_failure(const access::Refusal& refusal) {
    return {403, access::exception_name(refusal.kind), refusal.message, 0};
}

Failure serialization_failure(std::string message) {
    return {400, "SerializationException", std::move(message), 0};
}

Failure validation_failure(std::string message) {
    return {400, "ValidationException", std::move(message), 0};
}

Failure bad_request(std::string message) {
    return {400, "BadRequestException", std::move(message), 0};
}

Failure unknown_route() {
    return {403, "MissingAuthenticationTokenException", "Missing Authentication Token", 0};
}

Failure service_unavailable() {
    return {503, "ServiceUnavailableException", "Service unavailable. Please try again later.",
            kRetryAfterS};
}

Failure outcome_unknown() {
    return {503, "ServiceUnavailableException",
            "The connection to the database was lost while the change was being committed. It may "
            "have been made; look before trying again.",
            0};
}

Failure not_built(const Operation& operation) {
    std::string message = "The operation ";
    message += operation.name;
    message += " is not available in this version of Turnpike.";
    if ((operation.errors & kBadRequest) != 0) return bad_request(std::move(message));
    return {404, "NotFoundException", std::move(message), 0};
}

Failure refused_by_http(int status, std::string message) {
    return {status, type_of_http_status(status), std::move(message), 0};
}

}  // namespace turnpike::api
