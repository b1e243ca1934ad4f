#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/clock.hpp"

namespace turnpike::cache::limits {

/// Longer bodies are not stored. Source: the reference, data-plane section 4.
inline constexpr std::size_t kBodyBytesMax = 1'048'576;
inline constexpr std::size_t kFieldsMax = 1000;
inline constexpr std::size_t kFieldTextBytesMax = std::size_t{256} << 10U;  ///< Of all together.
inline constexpr std::size_t kKeyBytesMax = std::size_t{128} << 10U;
/// After which no entry is of use, however long it was said to be kept.
inline constexpr Seconds kKeptMax{2 * 86'400};
/// Followers and leaders, of one reactor.
inline constexpr std::size_t kPendingMax = 10'000;
/// Stores that Redis has not answered yet, of one reactor.
inline constexpr std::size_t kStoreBytesMax = std::size_t{16} << 20U;
/// Commands that Redis has not answered yet, of one reactor; more are failures.
inline constexpr std::size_t kRedisPendingMax = 30'000;
/// What an entry takes beside its bytes, roughly: in memory, in Redis.
inline constexpr std::size_t kEntryOverhead = 256;

/// For an answer of Redis.
inline constexpr Milliseconds kRedisPatience{50};
/// After a wait in vain Redis is not asked that long.
inline constexpr Milliseconds kRedisRest{500};
/// How long a lock holds that is not renewed, and how often it is.
inline constexpr Milliseconds kLockTime{3000};
inline constexpr Milliseconds kLockRenewal{1000};
/// Between two looks for the answer of another reactor's leader.
inline constexpr Milliseconds kLookFirst{5};
inline constexpr Milliseconds kLookMost{40};
/// How long a key counts as not worth waiting for, after an answer that was not stored.
inline constexpr Milliseconds kPassTime{5000};
/// Memory may be used that long after Redis last said what was replaced.
inline constexpr Milliseconds kFeedTrust{300};
inline constexpr Milliseconds kFeedBlock{100};
/// How often Redis's clock is compared with ours.
inline constexpr Milliseconds kClockCheck{5000};

}  // namespace turnpike::cache::limits
