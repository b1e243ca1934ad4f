#include "common/base/encoding.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace turnpike {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    if (c == '/' || c == '_') return 63;
    return -1;
}

std::string encode_base64(std::string_view bytes, std::string_view alphabet, bool padded) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            const std::uint32_t byte = k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U;
            group = (group << 8U) | byte;
        }
        for (std::size_t k = 0; k <= count; ++k) {
            text += alphabet[(group >> (18U - 6U * k)) & 63U];
        }
        if (padded) text.append(3 - count, '=');
    }
    return text;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += kHexDigits[byte >> 4U];
        text += kHexDigits[byte & 15U];
    }
    return text;
}

void write_hex(std::uint32_t number, char* out) {
    // All digits at once: one in each byte, the lowest first, until they are turned around.
    std::uint64_t digits = number;
    digits = (digits | digits << 16U) & 0x0000'ffff'0000'ffffU;
    digits = (digits | digits << 8U) & 0x00ff'00ff'00ff'00ffU;
    digits = (digits | digits << 4U) & 0x0f0f'0f0f'0f0f'0f0fU;
    const std::uint64_t letters =
        ((digits + 0x0606'0606'0606'0606U) >> 4U) & 0x0101'0101'0101'0101U;
    digits += 0x3030'3030'3030'3030U + letters * ('a' - '0' - 10);
    if constexpr (std::endian::native == std::endian::little) digits = __builtin_bswap64(digits);
    std::memcpy(out, &digits, sizeof(digits));
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

std::string to_base64(std::string_view bytes) { return encode_base64(bytes, kBase64, true); }
std::string to_base64url(std::string_view bytes) { return encode_base64(bytes, kBase64Url, false); }

std::optional<std::string> from_base64(std::string_view text) {
    while (!text.empty() && text.back() == '=') text.remove_suffix(1);
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const int value = base64_value(c);
        if (value < 0) return std::nullopt;
        group = (group << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((group >> bits) & 255U);
        }
    }
    return bytes;
}

char* write_utf8(char32_t code_point, char* out) {
    const auto put = [&out](char32_t byte) { *out++ = static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
        return out;
    }
    if (code_point < 0x800) {
        put(0xc0U | (code_point >> 6U));
    } else {
        if (code_point < 0x10000) {
            put(0xe0U | (code_point >> 12U));
        } else {
            put(0xf0U | (code_point >> 18U));
            put(0x80U | ((code_point >> 12U) & 0x3fU));
        }
        put(0x80U | ((code_point >> 6U) & 0x3fU));
    }
    put(0x80U | (code_point & 0x3fU));
    return out;
}

bool has_surrogate(std::string_view text) {
    for (std::size_t at = text.find('\xed'); at != std::string_view::npos;
         at = text.find('\xed', at + 1)) {
        if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0) return true;
    }
    return false;
}

namespace {

/// Bytes of the UTF-8 character that `text` starts with. Returns: 0 if it is none.
std::size_t character_bytes(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
    std::uint32_t point = first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0U) != 0x80U) return 0;
        point = (point << 6U) | (next & 0x3FU);
    }
    const bool is_overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
    return is_overlong || is_surrogate || point > 0x10FFFF ? 0 : size;
}

std::uint64_t word_at(const char* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
}

/// The first byte from `at` on that is not ASCII, or the size.
std::size_t ascii_end(std::string_view text, std::size_t at) {
    constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080;
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    const char* const bytes = text.data();
    for (; at + 4 * kWord <= text.size(); at += 4 * kWord) {
        const std::uint64_t all = word_at(bytes + at) | word_at(bytes + at + kWord) |
                                  word_at(bytes + at + 2 * kWord) | word_at(bytes + at + 3 * kWord);
        if ((all & kHighBits) != 0) break;
    }
    while (at + kWord <= text.size() && (word_at(bytes + at) & kHighBits) == 0) at += kWord;
    while (at < text.size() && static_cast<unsigned char>(bytes[at]) < 0x80) ++at;
    return at;
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) {
    for (std::size_t at = 0;;) {
        at = ascii_end(text, at);
        // Scripts other than Latin have many such characters in a row.
        while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
            const std::size_t size = character_bytes(text.substr(at));
            if (size == 0) return at;
            at += size;
        }
        if (at == text.size()) return at;
    }
}

bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

std::string valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        const std::size_t size = character_bytes(text);
        valid += size == 0 ? "\xEF\xBF\xBD" : text.substr(0, size);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return valid;
}

}  // namespace turnpike
