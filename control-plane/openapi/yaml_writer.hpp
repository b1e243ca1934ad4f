#pragma once

#include <string>

#include "common/json/value.hpp"

namespace turnpike::openapi {

/// The value as one YAML document in block style, two spaces a level, members in their order.
/// Strings are quoted when a reader of YAML 1.1 or 1.2 would take them for something else; those of
/// several lines are literal blocks where that keeps every character. Requires: UTF-8 in strings.
/// Thread: any. Source: YAML 1.2.2.
std::string write_yaml(const json::Value& value);

}  // namespace turnpike::openapi
