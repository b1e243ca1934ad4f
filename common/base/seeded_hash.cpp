#include "common/base/seeded_hash.hpp"

#include <algorithm>
#include <cstring>

#include "common/base/random.hpp"

namespace turnpike {

std::uint64_t seeded_hash(std::string_view text, std::uint64_t seed) {
    // Multiply and fold (wyhash's step): the seed makes the outcome unknown to callers.
    constexpr std::uint64_t kMultiplier = 0xa076'1d64'78bd'642f;
    __extension__ using Wide = unsigned __int128;
    std::uint64_t hash = seed ^ text.size();
    while (!text.empty()) {
        std::uint64_t word = 0;
        const std::size_t bytes = std::min(text.size(), sizeof word);
        std::memcpy(&word, text.data(), bytes);
        text.remove_prefix(bytes);
        const auto product = static_cast<Wide>(hash ^ word) * (kMultiplier ^ (seed << 1U | 1U));
        hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
    }
    return hash;
}

std::uint64_t process_seed() {
    static const std::uint64_t seed = FastRandom().next();
    return seed;
}

}  // namespace turnpike
