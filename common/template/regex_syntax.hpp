#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace turnpike::velocity {

/// The text that an expression of Java's matches, if it is just one text.
std::optional<std::string> as_literal(std::string_view expression);
/// The same expression as RE2 spells it. What RE2 does not know stays and is refused by it.
std::string to_re2(std::string_view expression);

}  // namespace turnpike::velocity
