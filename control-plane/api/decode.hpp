#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "common/json/value.hpp"
#include "control-plane/access/canonical_request.hpp"
#include "control-plane/api/errors.hpp"
#include "control-plane/api/router.hpp"

namespace turnpike::api {

/// What of a request carries members of an operation's input.
struct RequestParts {
    std::string_view query;  ///< Raw, without "?".
    std::span<const access::HeaderField> fields;
    std::string_view body;
};

/// The input of the matched operation: an object with the members of its shape under their model
/// names. Unknown members and null members are left out. The whole body is looked at for types
/// first (SerializationException, the first one found), then for constraints (ValidationException,
/// all of them in one message). Content-Type decides nothing. Time and memory: linear in the parts.
std::variant<json::Value, Failure> decode(const Match& match, const RequestParts& parts);

}  // namespace turnpike::api
