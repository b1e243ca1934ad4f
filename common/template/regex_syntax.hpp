#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnpike::velocity {

/// The text that an expression of Java's matches, if it is just one text.
std::optional<std::string> as_literal(std::string_view expression);
/// The same expression as RE2 spells it. What RE2 does not know stays and is refused by it.
std::string to_re2(std::string_view expression);

/// Whether a match, and that there is none at a place, shows without reading on: true of one
/// character or class with a quantifier, and of several such with "|" between them.
bool is_local(std::string_view expression);

}  // namespace turnpike::velocity
