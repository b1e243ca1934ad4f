#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "common/json/value.hpp"

namespace turnpike::openapi {

/// One YAML document as a value: scalars typed by the core schema of YAML 1.2, keys as they are
/// written (200 is "200"), aliases and merge keys expanded; of equal keys the last one wins. Memory
/// and time are bounded by limits.hpp, whatever aliases ask for. Errors: Invalid, the place and
/// reason in `detail`.
Result<json::Value> parse_yaml(std::string_view text);

}  // namespace turnpike::openapi
