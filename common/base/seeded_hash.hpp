#pragma once

#include <cstdint>
#include <string_view>

namespace turnpike {

/// A hash of texts from outside: without the seed nobody can make texts collide. Thread: any.
std::uint64_t seeded_hash(std::string_view text, std::uint64_t seed);
/// Drawn when the process starts.
std::uint64_t process_seed();

}  // namespace turnpike
