#pragma once

#include <string>

#include "common/http/message.hpp"
#include "data-plane/net/body.hpp"
#include "data-plane/net/limits.hpp"
#include "data-plane/net/response_writer.hpp"

namespace turnpike::net {

/// An answer to a request that cannot be served whatever it asks for: plain text, and the
/// connection is closed after it. Source: docs/compatibility.md, limits.
struct Rejection {
    int status = 400;
    std::string text = {};
};

/// What 413 says.
std::string body_too_large_text(std::uint64_t body_bytes_max);
Rejection rejection_of(http::HeadProblem problem, const Limits& limits);
/// Requires: a failure that can be answered: TooLarge, Invalid or TimedOut.
Rejection rejection_of(BodyPiece::Status status, const Limits& limits);
Rejection unknown_expectation();

/// Answers a request whose body failed; does nothing if the client is lost.
/// Requires: the response has not been started.
worker::Task<bool> reject(ResponseWriter& writer, BodyPiece::Status status, const Limits& limits);

}  // namespace turnpike::net
