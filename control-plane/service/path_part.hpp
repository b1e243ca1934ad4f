#pragma once

#include <string_view>

#include "common/base/result.hpp"

namespace turnpike::service {

/// "{name}" or "{name+}".
bool is_path_variable(std::string_view path_part);
/// "{name+}".
bool is_greedy_variable(std::string_view path_part);

/// Literal characters [a-zA-Z0-9._-:,$%+~@!], or a variable. Errors: Invalid.
Result<void> check_path_part(std::string_view path_part);

}  // namespace turnpike::service
