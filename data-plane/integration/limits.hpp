#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/clock.hpp"
#include "common/http/limits.hpp"

namespace turnpike::integration {

/// Bounds on what one reactor spends on back ends.
struct Limits {
    std::size_t connections_per_origin_max = 1024;
    std::size_t idle_per_origin_max = 256;
    std::size_t idle_max = 2048;  ///< Over all origins.
    /// Requests that wait because an origin has all its connections; more fail at once.
    std::size_t waiting_per_origin_max = 4096;
    Milliseconds idle_timeout{50'000};
    Milliseconds connect_timeout{5'000};
    /// Without a byte taken by the back end.
    Milliseconds write_stall{30'000};
    http::HeadLimits head{.target_bytes_max = 1024, .header_bytes_max = 49'152};
    std::size_t interim_heads_max = 8;
    /// A body that is announced to be at most this long is awaited whole before the answer starts:
    /// then a back end that fails half-way gives 504 and not a broken answer.
    std::size_t whole_body_bytes_max = 49'152;
    /// The rest of an answer that nobody wants is read, so that its connection serves again, if it
    /// is that short, and comes without a silence and within the time given here.
    std::size_t drained_bytes_max = 65'536;
    Milliseconds drain_silence{500};
    Milliseconds drain_time{1'000};
    std::size_t input_bytes_max = 131'072;  ///< Buffer of one connection.
    /// Request line and header section towards the back end, mapped values included.
    std::size_t request_head_bytes_max = 262'144;

    std::size_t names_max = 4096;
    std::size_t addresses_per_name_max = 16;
    Milliseconds name_ttl_min{1'000};
    Milliseconds name_ttl_max{300'000};
    /// For answers without a time to live, such as those of the hosts file.
    Milliseconds name_ttl_default{30'000};
    /// How long an expired answer is still served while a fresh one is being asked for.
    Milliseconds name_stale_max{300'000};
    Milliseconds name_failure_ttl{1'000};
};

}  // namespace turnpike::integration
