#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnpike {

/// ASCII only: protocol text must not depend on a locale.
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// Without the spaces and tabs at both ends.
std::string_view trim(std::string_view text);
/// The pieces between separators, empty ones included; an empty text is one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& pieces, std::string_view separator);

/// The whole text as a decimal integer. Returns: nothing on anything else, overflow included.
std::optional<long long> parse_integer(std::string_view text);
/// The whole text as a finite decimal number (no hexadecimal, no "inf").
std::optional<double> parse_number(std::string_view text);

/// Lets an unordered_map keyed by std::string be searched with a std::string_view.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

}  // namespace turnpike
