#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/json/value.hpp"

/// Reads of values that documents write in several ways: YAML makes numbers and booleans of texts,
/// hands make texts of numbers and booleans.
namespace turnpike::openapi {

/// A text, or a number or boolean as JSON writes it.
std::optional<std::string> text_of(const json::Value* value);
/// true, false, "true" or "false".
std::optional<bool> flag_of(const json::Value* value);
/// An integer, or a text of one.
std::optional<std::int64_t> integer_of(const json::Value* value);

/// ASCII.
std::string to_upper(std::string_view text);

}  // namespace turnpike::openapi
