#pragma once

#include <cstdint>
#include <string>

namespace turnpike {

/// An expected failure: bad input, something missing, a peer that is slow or away. Never a bug.
/// Kinds become status codes in one file per plane (control-plane/api/errors.cpp and
/// data-plane/pipeline/gateway_response.cpp); nothing below those knows about HTTP.
struct Error {
    enum class Kind : std::uint8_t {
        Invalid,
        NotFound,
        Conflict,
        Denied,
        Throttled,
        LimitExceeded,  ///< A quota on the number or size of objects is exhausted.
        Timeout,
        Unavailable,
        Internal,
    };
    /// Whose fault it is: the first thing that the log says.
    enum class Origin : std::uint8_t { Caller, Upstream, Gateway };

    Kind kind = Kind::Internal;
    Origin origin = Origin::Gateway;
    bool retryable = false;
    std::string message;  ///< For the caller.
    std::string detail;   ///< For the log only.
};

inline Error invalid(std::string message) {
    return {Error::Kind::Invalid, Error::Origin::Caller, false, std::move(message), {}};
}
inline Error not_found(std::string message) {
    return {Error::Kind::NotFound, Error::Origin::Caller, false, std::move(message), {}};
}
inline Error conflict(std::string message) {
    return {Error::Kind::Conflict, Error::Origin::Caller, false, std::move(message), {}};
}
inline Error limit_exceeded(std::string message) {
    return {Error::Kind::LimitExceeded, Error::Origin::Caller, false, std::move(message), {}};
}
inline Error denied(std::string message) {
    return {Error::Kind::Denied, Error::Origin::Caller, false, std::move(message), {}};
}
inline Error timed_out(std::string detail) {
    return {Error::Kind::Timeout, Error::Origin::Upstream, true, {}, std::move(detail)};
}
inline Error unavailable(std::string detail) {
    return {Error::Kind::Unavailable, Error::Origin::Gateway, true, {}, std::move(detail)};
}
inline Error internal_error(std::string detail) {
    return {Error::Kind::Internal, Error::Origin::Gateway, false, {}, std::move(detail)};
}

}  // namespace turnpike
