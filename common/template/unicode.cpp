#include "common/template/unicode.hpp"

#include <array>
#include <clocale>
#include <cwctype>
#include <optional>

#include "common/base/encoding.hpp"

namespace turnpike::velocity {
namespace {

bool is_ascii(std::string_view text) {
    unsigned char all = 0;
    for (const char c : text) all |= static_cast<unsigned char>(c);
    return all < 0x80;
}

bool continues(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
}

template <typename Text>
void append_code_point(char32_t code_point, Text& out) {
    std::array<char, 4> bytes{};
    out.append(bytes.data(), write_utf8(code_point, bytes.data()));
}

std::size_t units(char32_t code_point) { return code_point >= 0x10000 ? 2 : 1; }

/// Letters of every script, whatever the locale of the process is.
locale_t letters() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
}

template <typename Change>
std::string_view change_case(std::string_view text, dynamic::Heap& heap, char first, char last,
                             Change change) {
    if (is_ascii(text)) {
        char* const bytes = heap.allocate_text(text.size());
        for (std::size_t at = 0; at < text.size(); ++at) {
            const char c = text[at];
            bytes[at] = c >= first && c <= last ? static_cast<char>(c ^ 0x20) : c;
        }
        return {bytes, text.size()};
    }
    std::pmr::string changed(heap.resource());
    for (std::size_t at = 0; at < text.size();) change(next_code_point(text, at), changed);
    return heap.copy(changed);
}

std::optional<char32_t> hex_unit(std::string_view text, std::size_t at) {
    if (!text.substr(at).starts_with("\\u") || at + 6 > text.size()) return std::nullopt;
    char32_t unit = 0;
    for (const char c : text.substr(at + 2, 4)) {
        const char lower = static_cast<char>(c | 0x20);
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && (lower < 'a' || lower > 'f')) return std::nullopt;
        unit = unit * 16 + static_cast<char32_t>(is_digit ? c - '0' : lower - 'a' + 10);
    }
    return unit;
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto byte = static_cast<unsigned char>(text[at++]);
    const std::size_t more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
    if (more == 0) return byte;
    char32_t code_point = byte & (0x3fU >> more);
    for (std::size_t n = 0; n < more; ++n) {
        if (!continues(text, at + n)) return byte;
        code_point = code_point << 6U | (static_cast<unsigned char>(text[at + n]) & 0x3fU);
    }
    if (code_point > 0x10ffff) return byte;
    at += more;
    return code_point;
}

void append_utf8(char32_t code_point, std::string& out) { append_code_point(code_point, out); }
void append_utf8(char32_t code_point, std::pmr::string& out) { append_code_point(code_point, out); }

std::size_t length_of(std::string_view text) { return unit_of(text, text.size()); }

std::size_t unit_of(std::string_view text, std::size_t byte) {
    if (is_ascii(text.substr(0, byte))) return byte;
    std::size_t unit = 0;
    for (std::size_t at = 0; at < byte;) unit += units(next_code_point(text, at));
    return unit;
}

std::size_t byte_of(std::string_view text, std::size_t unit) {
    if (is_ascii(text)) return unit < text.size() ? unit : text.size();
    std::size_t at = 0;
    for (std::size_t seen = 0; seen < unit && at < text.size();) {
        seen += units(next_code_point(text, at));
    }
    return at;
}

std::string_view slice(std::string_view text, std::size_t from, std::size_t to,
                       dynamic::Heap& heap) {
    if (from == to) return {};
    if (is_ascii(text)) return text.substr(from, to - from);
    std::pmr::string cut(heap.resource());
    std::size_t begin = std::string_view::npos;
    std::size_t unit = 0;
    std::size_t at = 0;
    for (; at < text.size() && unit < to;) {
        const std::size_t here = at;
        const std::size_t width = units(next_code_point(text, at));
        if (width == 2 && (unit + 1 == from || unit + 1 == to)) {
            // Half of the pair is outside.
            if (unit + 1 == to && begin != std::string_view::npos) {
                cut += text.substr(begin, here - begin);
            }
            cut += '?';
            begin = unit + 1 == from ? at : std::string_view::npos;
            unit += 2;
            if (unit > to) return heap.copy(cut);
            continue;
        }
        if (begin == std::string_view::npos && unit >= from) begin = here;
        unit += width;
    }
    if (begin == std::string_view::npos) return heap.copy(cut);
    if (cut.empty()) return text.substr(begin, at - begin);
    cut += text.substr(begin, at - begin);
    return heap.copy(cut);
}

std::int32_t hash_of(std::string_view text) {
    std::uint32_t hash = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t code_point = next_code_point(text, at);
        if (code_point >= 0x10000) {
            hash = hash * 31 + (0xd800U + ((code_point - 0x10000U) >> 10U));
            hash = hash * 31 + (0xdc00U + ((code_point - 0x10000U) & 0x3ffU));
        } else {
            hash = hash * 31 + code_point;
        }
    }
    return static_cast<std::int32_t>(hash);
}

std::string_view to_lower(std::string_view text, dynamic::Heap& heap) {
    return change_case(text, heap, 'A', 'Z', [](char32_t c, std::pmr::string& out) {
        append_utf8(static_cast<char32_t>(towlower_l(static_cast<wint_t>(c), letters())), out);
    });
}

std::string_view to_upper(std::string_view text, dynamic::Heap& heap) {
    return change_case(text, heap, 'a', 'z', [](char32_t c, std::pmr::string& out) {
        if (c == U'\u00df') {
            out += "SS";
        } else {
            append_utf8(static_cast<char32_t>(towupper_l(static_cast<wint_t>(c), letters())), out);
        }
    });
}

std::string unescape_unicode(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size();) {
        const auto unit = hex_unit(text, at);
        if (!unit) {
            plain += text[at++];
            continue;
        }
        at += 6;
        const bool is_high = *unit >= 0xd800 && *unit < 0xdc00;
        const auto low = is_high ? hex_unit(text, at) : std::nullopt;
        if (low && *low >= 0xdc00 && *low < 0xe000) {
            at += 6;
            append_utf8(0x10000 + ((*unit - 0xd800) << 10U) + (*low - 0xdc00), plain);
        } else if (*unit >= 0xd800 && *unit < 0xe000) {
            plain += '?';
        } else {
            append_utf8(*unit, plain);
        }
    }
    return plain;
}

}  // namespace turnpike::velocity
