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

constexpr std::uint64_t repeat(unsigned char byte) { return 0x0101010101010101U * byte; }

/// Whether a byte of the word needs an escape; may err on the side of yes.
bool any_needs_escape(std::uint64_t word) {
    const auto has_less = [](std::uint64_t x, unsigned char bound) {
        return (x - repeat(bound)) & ~x & repeat(0x80);
    };
    const std::uint64_t hits = has_less(word, 0x20) | has_less(word ^ repeat('"'), 1) |
                               has_less(word ^ repeat('\\'), 1) | has_less(word ^ repeat(0x7f), 1);
    return hits != 0;
}

/// Fewer than 16 bytes: as one or two words that may overlap, which most values are.
char* write_short(char* out, const char* p, std::size_t size) {
    if (size >= 8) {
        const auto first = load<std::uint64_t>(p);
        const auto last = load<std::uint64_t>(p + size - 8);
        if (any_needs_escape(first) || any_needs_escape(last)) return write_bytes(out, p, size);
        std::memcpy(out, &first, 8);
        std::memcpy(out + size - 8, &last, 8);
        return out + size;
    }
    if (size >= 4) {
        const auto first = load<std::uint32_t>(p);
        const auto last = load<std::uint32_t>(p + size - 4);
        const std::uint64_t both = first | std::uint64_t{last} << 32U;
        if (any_needs_escape(both)) return write_bytes(out, p, size);
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
#ifdef __SSE2__
    const __m128i low = _mm_set1_epi8(0x1f);
    while (size >= 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        const __m128i is_control = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(bytes, low), bytes),
                                                _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
        const __m128i is_quote = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                              _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        const int hits = _mm_movemask_epi8(_mm_or_si128(is_control, is_quote));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
        const auto plain =
            hits == 0 ? 16U : static_cast<unsigned>(__builtin_ctz(static_cast<unsigned>(hits)));
        out += plain;
        if (hits != 0) out = write_escape(out, p[plain]);
        const std::size_t done = hits == 0 ? 16 : plain + 1;
        p += done;
        size -= done;
    }
#endif
    while (size >= 16) {
        out = write_short(out, p, 8);
        p += 8;
        size -= 8;
    }
    return write_short(out, p, size);
}

}  // namespace turnpike::telemetry
