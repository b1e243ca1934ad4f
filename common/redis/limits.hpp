#pragma once

#include <cstddef>

#include "common/base/clock.hpp"

namespace turnpike::redis::limits {

/// Bounds of what a URL, a sentinel or a cluster may make a client do.
inline constexpr std::size_t kUrlHostsMax = 64;
inline constexpr std::size_t kMastersMax = 1000;
/// Servers that one command may be sent on to by MOVED and ASK.
inline constexpr unsigned kRedirectionsMax = 5;
/// Times that one command is sent again because of TRYAGAIN, and how long after.
inline constexpr unsigned kTryAgainMax = 50;
inline constexpr Milliseconds kTryAgainAfter{20};
/// What a command that is sent again may wait for its answer, even if its deadline is nearer.
inline constexpr Milliseconds kWaitAgainLeast{100};

/// Between two attempts to reach a server; doubles up to the second.
inline constexpr Milliseconds kBackoffFirst{50};
inline constexpr Milliseconds kBackoffMax{2000};

/// Between two questions to each sentinel.
inline constexpr Milliseconds kSentinelPoll{500};

/// Between two readings of the slot map: while all is well; while a master is away; and the least,
/// however many commands are redirected.
inline constexpr Milliseconds kMapRefresh{5000};
inline constexpr Milliseconds kMapRefreshAway{250};
inline constexpr Milliseconds kMapRefreshLeast{50};

inline constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

}  // namespace turnpike::redis::limits
