#include "common/telemetry/escape.hpp"

#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace turnpike::telemetry {
namespace {

bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

char* write_escape(char* out, char c) {
    constexpr char kDigits[] = "0123456789abcdef";
    *out++ = '\\';
    switch (c) {
        case '"':
        case '\\':
            *out++ = c;
            return out;
        case '\n':
            *out++ = 'n';
            return out;
        case '\r':
            *out++ = 'r';
            return out;
        case '\t':
            *out++ = 't';
            return out;
        default:
            *out++ = 'u';
            *out++ = '0';
            *out++ = '0';
            *out++ = kDigits[static_cast<unsigned char>(c) >> 4U];
            *out++ = kDigits[static_cast<unsigned char>(c) & 15U];
            return out;
    }
}

char* write_bytes(char* out, const char* p, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        if (needs_escape(p[i])) {
            out = write_escape(out, p[i]);
        } else {
            *out++ = p[i];
        }
    }
    return out;
}

template <typename Word>
Word load(const char* p) {
    Word word;
    std::memcpy(&word, p, sizeof word);
    return word;
}

#ifdef __SSE2__
bool any_needs_escape(__m128i bytes) {
    const __m128i is_control =
        _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes),
                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
    const __m128i is_quote = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                          _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    return _mm_movemask_epi8(_mm_or_si128(is_control, is_quote)) != 0;
}
bool any_needs_escape(std::uint64_t first, std::uint64_t last) {
    return any_needs_escape(
        _mm_set_epi64x(static_cast<std::int64_t>(last), static_cast<std::int64_t>(first)));
}
#else
constexpr std::uint64_t repeat(unsigned char byte) { return 0x0101010101010101U * byte; }

/// May err on the side of yes.
bool any_needs_escape(std::uint64_t first, std::uint64_t last) {
    const auto has_less = [](std::uint64_t x, unsigned char bound) {
        return (x - repeat(bound)) & ~x & repeat(0x80);
    };
    const auto hits = [&](std::uint64_t word) {
        return has_less(word, 0x20) | has_less(word ^ repeat('"'), 1) |
               has_less(word ^ repeat('\\'), 1) | has_less(word ^ repeat(0x7f), 1);
    };
    return (hits(first) | hits(last)) != 0;
}
#endif

/// Up to 16 bytes: as two words that may overlap, which most values are.
char* write_short(char* out, const char* p, std::size_t size) {
    if (size >= 8) {
        const auto first = load<std::uint64_t>(p);
        const auto last = load<std::uint64_t>(p + size - 8);
        if (any_needs_escape(first, last)) return write_bytes(out, p, size);
        std::memcpy(out, &first, 8);
        std::memcpy(out + size - 8, &last, 8);
        return out + size;
    }
    if (size >= 4) {
        const auto first = load<std::uint32_t>(p);
        const auto last = load<std::uint32_t>(p + size - 4);
        const std::uint64_t both = first | std::uint64_t{last} << 32U;
        if (any_needs_escape(both, both)) return write_bytes(out, p, size);
        std::memcpy(out, &first, 4);
        std::memcpy(out + size - 4, &last, 4);
        return out + size;
    }
    return write_bytes(out, p, size);
}

}  // namespace

char* write_escaped(char* out, std::string_view text) {
    const char* p = text.data();
    std::size_t size = text.size();
    for (; size > 16; p += 16, size -= 16) out = write_short(out, p, 16);
    return write_short(out, p, size);
}

}  // namespace turnpike::telemetry
