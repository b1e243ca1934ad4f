#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace turnpike::schema {

/// The pattern of ECMA 262, as Unicode text, that RE2 searches for the same texts. Its groups
/// capture nothing. Errors: Invalid, with the reason, on what is no such pattern and on what RE2
/// cannot do: look-around (but see look_ahead.hpp) and back references. Source: ECMA 262 (RegExp,
/// and its annex for the web).
Result<std::string> to_re2(std::string_view pattern);

}  // namespace turnpike::schema
