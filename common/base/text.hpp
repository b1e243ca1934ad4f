#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnpike {

/// ASCII only: protocol text must not depend on a locale.
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// A number of a name, from its length and its ends: much cheaper than a hash, different for most
/// names of one map. Whoever chooses the names can make them alike.
inline std::size_t name_mark(std::string_view name) {
    if (name.empty()) return 0;
    return name.size() * 5 + static_cast<unsigned char>(name.front()) * 7U +
           static_cast<unsigned char>(name.back());
}

/// a == b. Quick for texts of up to 16 bytes, as names are: they take no call of the library.
inline bool is_same_name(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    // The first and the last bytes may overlap.
    const auto ends_differ = [&]<typename Word>(Word first_of_a) {
        Word last_of_a = 0, first_of_b = 0, last_of_b = 0;
        std::memcpy(&first_of_a, a.data(), sizeof(Word));
        std::memcpy(&first_of_b, b.data(), sizeof(Word));
        std::memcpy(&last_of_a, a.data() + a.size() - sizeof(Word), sizeof(Word));
        std::memcpy(&last_of_b, b.data() + b.size() - sizeof(Word), sizeof(Word));
        return ((first_of_a ^ first_of_b) | (last_of_a ^ last_of_b)) != 0;
    };
    if (a.size() > 16) return a == b;
    if (a.size() >= 8) return !ends_differ(std::uint64_t{});
    if (a.size() >= 4) return !ends_differ(std::uint32_t{});
    return a.empty() ||
           (a.front() == b.front() && a[a.size() / 2] == b[b.size() / 2] && a.back() == b.back());
}

/// Copies without a call of the library, for texts that are short most often. Requires: room, and
/// that both do not overlap. Returns: the end of the copy.
inline char* copy_text(char* to, std::string_view text) {
    constexpr std::size_t kCopiedHereMax = 128;
    const char* const from = text.data();
    const std::size_t size = text.size();
    // The first and the last words may overlap.
    const auto copy_ends = [&]<typename Word>(Word first) {
        Word last;
        std::memcpy(&first, from, sizeof(Word));
        std::memcpy(&last, from + size - sizeof(Word), sizeof(Word));
        std::memcpy(to, &first, sizeof(Word));
        std::memcpy(to + size - sizeof(Word), &last, sizeof(Word));
    };
    if (size >= 16) {
        if (size > kCopiedHereMax) {
            std::memcpy(to, from, size);
            return to + size;
        }
        for (std::size_t i = 16; i < size; i += 16) std::memcpy(to + i - 16, from + i - 16, 16);
        std::memcpy(to + size - 16, from + size - 16, 16);
    } else if (size >= 8) {
        copy_ends(std::uint64_t{});
    } else if (size >= 4) {
        copy_ends(std::uint32_t{});
    } else if (size > 0) {
        to[0] = from[0];
        to[size / 2] = from[size / 2];
        to[size - 1] = from[size - 1];
    }
    return to + size;
}

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
