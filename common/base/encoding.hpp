#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turnpike {

/// Lower-case hexadecimal of the bytes.
std::string to_hex(std::string_view bytes);
/// The eight lower-case hexadecimal digits of a number, the highest first.
void write_hex(std::uint32_t number, char* out);
/// Accepts both cases. Returns: nothing if the length is odd or a character is not a digit.
std::optional<std::string> from_hex(std::string_view text);

/// RFC 4648 section 4, with padding.
std::string to_base64(std::string_view bytes);
/// RFC 4648 section 5, without padding: for cursors and file names.
std::string to_base64url(std::string_view bytes);
/// Accepts either alphabet, with or without padding. Returns: nothing on any other character.
std::optional<std::string> from_base64(std::string_view text);

/// Whether otherwise valid UTF-8 holds half of a surrogate pair, as "\udc00" in JSON leaves it:
/// RapidJSON refuses lone high halves and lets lone low ones through.
bool has_surrogate(std::string_view text);

/// The character in UTF-8 (RFC 3629). Requires: room for 4 bytes. Returns: the end of it.
char* write_utf8(char32_t code_point, char* out);

/// RFC 3629. ASCII is skipped in words, so that checking a usual body costs little.
bool is_utf8(std::string_view text);
/// Where the first byte is that belongs to no character of UTF-8; the size if there is none.
std::size_t utf8_prefix(std::string_view text);
/// The text with U+FFFD for each byte that belongs to no character of UTF-8.
std::string valid_utf8(std::string_view text);

}  // namespace turnpike
