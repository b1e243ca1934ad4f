#pragma once

#include <cstddef>

#include "common/base/clock.hpp"
#include "common/http/limits.hpp"

/// Every bound of the management edge.
namespace turnpike::api::limits {

constexpr std::size_t kBodyBytesMax = 20U << 20U;
/// Bodies that are being received, over all connections; more are answered with 503.
constexpr std::size_t kBodiesBytesMax = 256U << 20U;
constexpr std::size_t kConnectionsMax = 2048;
/// Targets carry ARNs and opaque positions, both percent-encoded; signatures and tokens are fields.
constexpr http::HeadLimits kHead{.target_bytes_max = 16'384, .header_bytes_max = 32'768};

/// Of a TLS handshake, and then of a head.
constexpr Milliseconds kHeadTimeout{10'000};
constexpr Milliseconds kBodyTimeout{120'000};
constexpr Milliseconds kIdleTimeout{75'000};
/// How long a refused client may go on sending before its connection is cut.
constexpr Milliseconds kLingerTimeout{2'000};
constexpr Milliseconds kWriteTimeout{10'000};

/// For work that goes on beside the connections, and how much of it there may be.
constexpr Milliseconds kLateAnswerTimeout{60'000};
constexpr std::size_t kLateCallsMax = 32;
/// What a client may send ahead meanwhile.
constexpr std::size_t kHeldBytesMax = 65'536;

/// Violations of one request that are spelled out, and how much of a value is repeated in one.
constexpr std::size_t kViolationsMax = 50;
constexpr std::size_t kEchoBytesMax = 1024;
constexpr std::size_t kJsonDepthMax = 64;

/// After the database was found away, further calls are refused at once for this long.
constexpr Milliseconds kOutageHold{250};

}  // namespace turnpike::api::limits
