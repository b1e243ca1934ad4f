#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

/// Regular expressions in the syntax of java.util.regex, which templates, filters of JSONPath and
/// what else comes from the service's configuration use.
namespace turnpike::regex {

/// The same expression as RE2 spells it. What RE2 does not know (look-around, back references,
/// possessive quantifiers) stays, and RE2 refuses it. Errors: Invalid, with the reason, for what
/// RE2 would take for something else.
Result<std::string> to_re2(std::string_view expression);

/// The text that an expression matches, if it is just one text.
std::optional<std::string> as_literal(std::string_view expression);

/// Whether a match, and that there is none at a place, shows without reading on: true of one
/// character or class with a quantifier, and of several such with "|" between them.
bool is_local(std::string_view expression);

}  // namespace turnpike::regex
