#pragma once

#include <cstddef>

/// Bounds of what a schema may compile to; those of one validation are schema.hpp's Limits.
namespace turnpike::schema::limits {

inline constexpr std::size_t kCompileBytesMax = std::size_t{64} << 20U;  ///< Of all documents read.
inline constexpr std::size_t kDocumentsMax = 1'024;  ///< That one schema refers to.
inline constexpr std::size_t kNodesMax = 200'000;
inline constexpr std::size_t kReferencesMax = 64;  ///< That follow each other.
/// Of an "id"; longer ones name nothing.
inline constexpr std::size_t kUriBytesMax = 1'024;
inline constexpr std::size_t kPointerBytesMax = 512;  ///< Of places in messages.
inline constexpr std::size_t kPatternBytesMax = std::size_t{16} << 10U;
/// Of one compiled pattern with the states that matching keeps, and of all in a schema.
inline constexpr std::size_t kPatternMemoryMin = std::size_t{256} << 10U;
inline constexpr std::size_t kPatternMemoryMax = std::size_t{8} << 20U;
inline constexpr std::size_t kPatternMemoryTotalMax = std::size_t{128} << 20U;
inline constexpr std::size_t kRepetitionsMax = 10'000;  ///< In a pattern: "a{10000}".

}  // namespace turnpike::schema::limits
