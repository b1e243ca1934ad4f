#include "common/http/header_name.hpp"

#include <array>
#include <cstring>

namespace turnpike::http {
namespace {

constexpr std::array<std::string_view, kKnownHeaders> kNames{
    "",
    "accept",
    "accept-encoding",
    "accept-language",
    "age",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "cookie",
    "date",
    "etag",
    "expect",
    "expires",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "last-modified",
    "location",
    "max-forwards",
    "origin",
    "pragma",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "referer",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "server",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-amz-apigw-id",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-request-id",
    "x-amz-security-token",
    "x-amz-target",
    "x-amzn-errortype",
    "x-amzn-requestid",
    "x-amzn-trace-id",
    "x-api-key",
    "x-apigw-api-id",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-http-method-override",
};

constexpr std::size_t kNameBytesMax = 24;
constexpr unsigned kHashBits = 9;

// Length and four letters tell all names apart; a multiplication spreads them over the table.
// Requires: at least two characters.
constexpr std::uint64_t fingerprint(std::string_view name) {
    const auto at = [&](std::size_t i) {
        return static_cast<std::uint64_t>(static_cast<unsigned char>(name[i]) | 0x20U);
    };
    return name.size() | at(0) << 8U | at(name.size() / 2) << 16U | at(name.size() - 1) << 24U |
           at(name.size() - 2) << 32U;
}
constexpr std::size_t hash(std::uint64_t print, std::uint64_t multiplier) {
    return (print * multiplier) >> (64U - kHashBits);
}

constexpr bool is_perfect(std::uint64_t multiplier) {
    std::array<bool, 1U << kHashBits> used{};
    for (std::size_t i = 1; i < kNames.size(); ++i) {
        bool& slot = used[hash(fingerprint(kNames[i]), multiplier)];
        if (slot) return false;
        slot = true;
    }
    return true;
}
constexpr std::uint64_t kMultiplier = [] {
    std::uint64_t multiplier = 0x9e3779b97f4a7c15U;
    while (!is_perfect(multiplier)) {
        multiplier = multiplier * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    }
    return multiplier;
}();

constexpr std::array<std::uint8_t, 1U << kHashBits> kSlots = [] {
    std::array<std::uint8_t, 1U << kHashBits> slots{};
    for (std::size_t i = 1; i < kNames.size(); ++i) {
        slots[hash(fingerprint(kNames[i]), kMultiplier)] = static_cast<std::uint8_t>(i);
    }
    return slots;
}();

struct PaddedName {
    std::array<char, kNameBytesMax> text{};
    std::size_t size = 0;
};
constexpr std::array<PaddedName, kKnownHeaders> kPadded = [] {
    std::array<PaddedName, kKnownHeaders> padded{};
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        padded[i].size = kNames[i].size();
        for (std::size_t c = 0; c < kNames[i].size(); ++c) padded[i].text[c] = kNames[i][c];
    }
    return padded;
}();

bool equal_words(const char* name, const char* lower) {
    std::uint64_t received = 0;
    std::uint64_t expected = 0;
    std::memcpy(&received, name, sizeof received);
    std::memcpy(&expected, lower, sizeof expected);
    // 0x40 tells lower-case letters from digits and "-": only letters may differ in case.
    const std::uint64_t case_bits = (expected & 0x4040404040404040U) >> 1U;
    return (received | case_bits) == expected;
}

bool matches(std::string_view name, const PaddedName& known) {
    if (name.size() != known.size) return false;
    if (name.size() >= 8) {
        for (std::size_t i = 0; i + 8 < name.size(); i += 8) {
            if (!equal_words(name.data() + i, known.text.data() + i)) return false;
        }
        return equal_words(name.data() + name.size() - 8, known.text.data() + name.size() - 8);
    }
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto expected = static_cast<unsigned char>(known.text[i]);
        const auto case_bit = static_cast<unsigned char>((expected & 0x40U) >> 1U);
        if ((static_cast<unsigned char>(name[i]) | case_bit) != expected) return false;
    }
    return true;
}

}  // namespace

KnownHeader find_header(std::string_view name) {
    if (name.size() < 2 || name.size() > kNameBytesMax) return KnownHeader::Unknown;
    const std::uint8_t candidate = kSlots[hash(fingerprint(name), kMultiplier)];
    if (candidate == 0 || !matches(name, kPadded[candidate])) return KnownHeader::Unknown;
    return static_cast<KnownHeader>(candidate);
}

std::string_view to_text(KnownHeader header) { return kNames[static_cast<std::size_t>(header)]; }

}  // namespace turnpike::http
