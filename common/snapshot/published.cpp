#include "common/snapshot/published.hpp"

#include <array>
#include <cstdint>

namespace turnpike::snapshot {

namespace {

constexpr std::uint32_t kPolynomial = 0xEDB88320U;  // zlib's, reflected

constexpr std::array<std::uint32_t, 256> crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1U) ^ ((value & 1U) != 0 ? kPolynomial : 0U);
        }
        table[byte] = value;
    }
    return table;
}

std::uint32_t crc_added(std::uint32_t state, std::string_view text) {
    static constexpr std::array<std::uint32_t, 256> kTable = crc_table();
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        state = (state >> 8U) ^ kTable[(state ^ byte) & 0xFFU];
    }
    return state;
}

}  // namespace

unsigned usage_shard(std::string_view plan_id, std::string_view key_id) {
    std::uint32_t state = crc_added(0xFFFFFFFFU, plan_id);
    state = crc_added(state, "/");
    state = crc_added(state, key_id);
    return (state ^ 0xFFFFFFFFU) % kUsageShards;
}

std::string PublishedNames::without_braces(std::string_view name) {
    std::string text;
    text.reserve(name.size() + 8);
    for (const char character : name) {
        switch (character) {
            case '{':
                text += "%7B";
                break;
            case '}':
                text += "%7D";
                break;
            case '%':
                text += "%25";
                break;
            default:
                text += character;
        }
    }
    return text;
}

}  // namespace turnpike::snapshot
