#pragma once

#include <cstddef>
#include <cstdint>

namespace turnpike::http {

/// What one message head may cost. Requires: target_bytes_max + header_bytes_max <= 64,000, since
/// heads keep 16-bit offsets. Source of the defaults: API Gateway's published quotas.
struct HeadLimits {
    std::uint32_t target_bytes_max = 10'240;
    /// All fields together: names, values, white space and line ends.
    std::uint32_t header_bytes_max = 10'240;
};

/// Fields in one head; more are HeaderTooLarge.
constexpr std::size_t kFieldsMax = 128;
/// Longer method tokens are malformed.
constexpr std::size_t kMethodBytesMax = 32;
/// Reason phrases of upstreams; longer ones are malformed.
constexpr std::size_t kReasonBytesMax = 1024;
/// Extensions of one chunk; they are ignored.
constexpr std::size_t kChunkExtensionBytesMax = 256;
/// All trailers of one message together; they are checked and dropped.
constexpr std::size_t kTrailerBytesMax = 8'192;

}  // namespace turnpike::http
