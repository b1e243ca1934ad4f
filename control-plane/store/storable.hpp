#pragma once

#include <string_view>

#include "common/json/value.hpp"

namespace turnpike::store {

/// Whether PostgreSQL can keep the text: UTF-8 (no surrogates, nothing above U+10FFFF) without NUL.
bool is_storable(std::string_view text);
/// The same of every text and member name in the value.
bool is_storable_value(const json::Value& value);

}  // namespace turnpike::store
