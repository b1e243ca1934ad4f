#pragma once

#include <optional>
#include <string_view>

#include "common/json/value.hpp"

namespace turnpike::openapi {

/// The value of a plain scalar by the core schema of YAML 1.2 (section 10.3.2): null, booleans,
/// integers, floats; anything else is text, infinities and NaN included. Returns: nothing for a
/// number that is too large.
std::optional<json::Value> plain_scalar(std::string_view text);

/// The value of a scalar with a tag in full ("tag:yaml.org,2002:int"). A tag of another schema
/// changes nothing: text. Returns: nothing if the text is none of that type.
std::optional<json::Value> tagged_scalar(std::string_view tag, std::string_view text);

}  // namespace turnpike::openapi
