#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/clock.hpp"

namespace turnpike::net {

/// Bounds on what clients may use of a worker. Defaults follow docs/compatibility.md, limits.
/// Units: bytes unless the name says otherwise.
struct Limits {
    std::size_t uri_bytes_max = 10240;        ///< beyond: 414
    std::size_t header_bytes_max = 10240;     ///< all field lines together; beyond: 431
    std::uint64_t body_bytes_max = 10485760;  ///< beyond: 413
    /// An unread request body up to this size is drained to keep the connection; beyond: close.
    std::uint64_t drain_bytes_max = 262144;
    /// Answers to pipelined requests are held back for one send up to this size.
    std::size_t output_bytes_max = 65536;
    std::size_t connections_max = 65536;  ///< per reactor; beyond: not accepted

    Milliseconds tls_handshake{10'000};
    Milliseconds header{10'000};         ///< from the first byte of a request to its end
    Milliseconds body_progress{10'000};  ///< without a byte of a body that is awaited
    /// A body must have arrived `body_progress` + 1 s for every this many bytes after its start.
    std::uint64_t body_bytes_per_second_min = 1024;
    Milliseconds idle{310'000};                ///< between two requests
    Milliseconds write_stall{30'000};          ///< without a byte taken by the client
    Milliseconds linger{5'000};                ///< for the client to read the last answer
    std::uint64_t linger_bytes_max = 4194304;  ///< read and dropped meanwhile
    /// While draining, before idle connections are closed: a client that had just sent its next
    /// request gets an answer, with "Connection: close".
    Milliseconds drain_idle{1'000};
};

}  // namespace turnpike::net
