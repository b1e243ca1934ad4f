#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace turnpike {

/// Unpredictable bytes from the kernel; for secrets, ids and seeds. Thread: any.
std::string secure_random_bytes(std::size_t count);

/// An opaque id of `length` characters from [a-z0-9]. Source: docs/compatibility.md, identifiers.
std::string random_id(std::size_t length);
/// `length` characters from [A-Za-z0-9]; for generated API key values and secrets.
std::string random_secret(std::size_t length);

/// Fast numbers that must not repeat but need not be secret: request ids, canary draws.
/// Thread: one. Algorithm: xoshiro256++ (Blackman, Vigna), seeded from the kernel.
class FastRandom {
public:
    FastRandom();
    explicit FastRandom(std::uint64_t seed);
    std::uint64_t next();
    /// Uniform in [0, 1).
    double next_unit();

private:
    std::array<std::uint64_t, 4> state_;
};

/// Writes a lower-case UUID version 4 (36 characters) to `out`. Source: RFC 9562 section 5.4.
void write_uuid(FastRandom& random, char* out);
std::string random_uuid();

}  // namespace turnpike
