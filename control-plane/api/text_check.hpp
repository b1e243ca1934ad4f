#pragma once

#include <cstddef>
#include <string_view>

namespace turnpike::api {

/// Whether `text` is UTF-8 (RFC 3629) without NUL, which the database cannot hold.
bool is_storable_text(std::string_view text);
/// Requires: valid UTF-8.
std::size_t count_code_points(std::string_view text);
/// The longest start of at most `bytes_max` bytes that does not cut a character.
std::string_view cut_text(std::string_view text, std::size_t bytes_max);

}  // namespace turnpike::api
