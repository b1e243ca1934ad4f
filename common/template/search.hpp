#pragma once

#include <cstddef>
#include <string_view>

/// Finding one text in another in linear time on every input, which std::string_view does not.
namespace turnpike::velocity {

/// Returns: where `wanted` begins at or behind `from`, npos if nowhere. Requires: from <= size.
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t from = 0);
/// Returns: where `wanted` begins last, at `latest` or before it; npos if nowhere.
std::size_t find_last_text(std::string_view text, std::string_view wanted,
                           std::size_t latest = std::string_view::npos);

}  // namespace turnpike::velocity
