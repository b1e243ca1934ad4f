#include "common/redis/slot.hpp"

#include <array>

namespace turnpike::redis {
namespace {

constexpr std::array<std::uint16_t, 256> make_table() {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte) {
        unsigned remainder = byte << 8U;
        for (int bit = 0; bit < 8; ++bit) {
            remainder = (remainder & 0x8000U) != 0 ? (remainder << 1U) ^ 0x1021U : remainder << 1U;
        }
        table[byte] = static_cast<std::uint16_t>(remainder);
    }
    return table;
}

constexpr std::array<std::uint16_t, 256> kTable = make_table();

}  // namespace

std::uint16_t crc16(std::string_view bytes) {
    unsigned remainder = 0;
    for (const char c : bytes) {
        const unsigned index = (remainder >> 8U) ^ static_cast<unsigned char>(c);
        remainder = ((remainder << 8U) ^ kTable[index & 0xFFU]) & 0xFFFFU;
    }
    return static_cast<std::uint16_t>(remainder);
}

std::uint16_t slot_of(std::string_view key) {
    const std::size_t open = key.find('{');
    if (open != std::string_view::npos) {
        const std::size_t close = key.find('}', open + 1);
        if (close != std::string_view::npos && close > open + 1) {
            key = key.substr(open + 1, close - open - 1);
        }
    }
    return crc16(key) % kSlots;
}

}  // namespace turnpike::redis
