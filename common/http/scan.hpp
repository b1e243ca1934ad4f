#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace turnpike::http {

/// Searches over received bytes: 16 at a time where the processor can, never beyond `end`.
/// Each returns the first byte of its kind, or `end`.

/// Token characters (RFC 9110 section 5.6.2).
constexpr std::array<bool, 256> kTokenCharacters = [] {
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (const char c :
         {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'}) {
        table[static_cast<std::size_t>(c)] = true;
    }
    return table;
}();
inline bool is_token_character(char c) { return kTokenCharacters[static_cast<unsigned char>(c)]; }

/// All but letters, digits, "-" and "_": what names of fields and hosts consist of.
inline bool is_rare_in_names(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return !((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_');
}
/// A control that no field value may contain: all but the tab.
inline bool is_value_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}
/// What ends a path: "?", and what cannot be in one: controls, space, "#", anything not ASCII.
inline bool ends_path(char c) {
    return static_cast<signed char>(c) <= 0x20 || c == 0x7f || c == '#' || c == '?';
}
/// The same for query strings, which may contain "?" but not "{", "|" or "}".
inline bool ends_query(char c) {
    return static_cast<signed char>(c) <= 0x20 || c == '#' || (c > 'z' && c != '~');
}

#ifdef __SSE2__
namespace detail {

inline __m128i load(const char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
inline __m128i equal(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }

struct ValueControls {
    static __m128i in(__m128i bytes) {
        const __m128i low = _mm_set1_epi8(0x1f);
        const __m128i is_low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, low), bytes);
        return _mm_or_si128(_mm_andnot_si128(equal(bytes, '\t'), is_low), equal(bytes, 0x7f));
    }
    static bool is(char c) { return is_value_control(c); }
};
struct PathEnds {
    static __m128i in(__m128i bytes) {
        const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x21));  // signed: not ASCII too
        return _mm_or_si128(_mm_or_si128(low, equal(bytes, 0x7f)),
                            _mm_or_si128(equal(bytes, '#'), equal(bytes, '?')));
    }
    static bool is(char c) { return ends_path(c); }
};
struct QueryEnds {
    static __m128i in(__m128i bytes) {
        const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x21));
        const __m128i high = _mm_cmpgt_epi8(bytes, _mm_set1_epi8('z'));
        return _mm_or_si128(_mm_or_si128(low, equal(bytes, '#')),
                            _mm_andnot_si128(equal(bytes, '~'), high));
    }
    static bool is(char c) { return ends_query(c); }
};

struct RareInNames {
    static __m128i in(__m128i bytes) {
        const auto is_within = [](__m128i all, char first, char last) {
            const __m128i from_zero = _mm_sub_epi8(all, _mm_set1_epi8(first));
            const __m128i bound = _mm_set1_epi8(static_cast<char>(last - first));
            return _mm_cmpeq_epi8(_mm_min_epu8(from_zero, bound), from_zero);
        };
        const __m128i is_letter = is_within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
        const __m128i is_common = _mm_or_si128(_mm_or_si128(is_letter, is_within(bytes, '0', '9')),
                                               _mm_or_si128(equal(bytes, '-'), equal(bytes, '_')));
        return _mm_andnot_si128(is_common, _mm_set1_epi8(-1));
    }
    static bool is(char c) { return is_rare_in_names(c); }
};

template <typename Kind>
unsigned hits(__m128i bytes) {
    return static_cast<unsigned>(_mm_movemask_epi8(Kind::in(bytes)));
}

/// Of fewer than 16 bytes: as two words that may overlap.
template <typename Kind>
const char* find_short(const char* p, const char* end) {
    const auto words = [&]<typename Word>(Word first) {
        Word last;
        std::memcpy(&first, p, sizeof(Word));
        std::memcpy(&last, end - sizeof(Word), sizeof(Word));
        return _mm_set_epi64x(static_cast<std::int64_t>(last), static_cast<std::int64_t>(first));
    };
    if (end - p >= 8) {
        if (hits<Kind>(words(std::uint64_t{})) == 0) return end;
    } else if (end - p >= 4) {
        const __m128i bytes = words(std::uint32_t{});
        if (hits<Kind>(_mm_shuffle_epi32(bytes, _MM_SHUFFLE(2, 0, 2, 0))) == 0) return end;
    }
    while (p != end && !Kind::is(*p)) ++p;
    return p;
}

template <typename Kind>
const char* find(const char* p, const char* end) {
    if (end - p < 16) return find_short<Kind>(p, end);
    for (;; p = end - p >= 32 ? p + 16 : end - 16) {  // the last 16 may overlap those before
        if (const unsigned found = hits<Kind>(load(p))) return p + __builtin_ctz(found);
        if (end - p == 16) return end;
    }
}

}  // namespace detail

inline const char* find_rare_in_names(const char* p, const char* end) {
    return detail::find<detail::RareInNames>(p, end);
}
inline const char* find_not_token(const char* p, const char* end) {
    p = find_rare_in_names(p, end);
    while (p != end && is_token_character(*p)) ++p;
    return p;
}

inline const char* find_value_control(const char* p, const char* end) {
    return detail::find<detail::ValueControls>(p, end);
}
inline const char* find_path_end(const char* p, const char* end) {
    return detail::find<detail::PathEnds>(p, end);
}
inline const char* find_query_end(const char* p, const char* end) {
    return detail::find<detail::QueryEnds>(p, end);
}
#else
inline const char* find_rare_in_names(const char* p, const char* end) {
    while (p != end && !is_rare_in_names(*p)) ++p;
    return p;
}
inline const char* find_not_token(const char* p, const char* end) {
    while (p != end && is_token_character(*p)) ++p;
    return p;
}
inline const char* find_value_control(const char* p, const char* end) {
    while (p != end && !is_value_control(*p)) ++p;
    return p;
}
inline const char* find_path_end(const char* p, const char* end) {
    while (p != end && !ends_path(*p)) ++p;
    return p;
}
inline const char* find_query_end(const char* p, const char* end) {
    while (p != end && !ends_query(*p)) ++p;
    return p;
}
#endif

}  // namespace turnpike::http
