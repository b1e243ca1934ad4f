#pragma once

#include <cstdint>
#include <string_view>

namespace turnpike::redis {

inline constexpr std::uint16_t kSlots = 16384;

/// CRC-16 as Redis Cluster uses it (XMODEM: polynomial 0x1021, from zero, nothing reflected).
std::uint16_t crc16(std::string_view bytes);

/// The slot of a key: of its hash tag if it has one, else of the whole. A hash tag is what stands
/// between the first { and the first } after it, if that is not empty.
/// Source: https://redis.io/docs/reference/cluster-spec/
std::uint16_t slot_of(std::string_view key);

}  // namespace turnpike::redis
