#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/json/value.hpp"
#include "control-plane/api/contract.hpp"

namespace turnpike::api {

/// Why a value does not have its shape's type; the text of a SerializationException.
struct TypeMismatch {
    std::string message;
};

using Converted = std::variant<json::Value, TypeMismatch>;

/// A JSON value of the wire as a value of `shape`: structures get model names and lose unknown and
/// null members. Requires: not null. Time: linear; depth as the parser allows.
Converted convert(const Shape& shape, json::Value wire);

/// The text of a path segment, query parameter or header as a value of `shape` (a scalar).
Converted convert_text(const Shape& shape, std::string_view text);

}  // namespace turnpike::api
