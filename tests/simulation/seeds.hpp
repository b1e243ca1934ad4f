#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/base/text.hpp"

namespace turnpike::test {

struct Seeds {
    std::uint64_t first = 0;
    std::uint64_t count = 1000;
};

/// Those of TURNPIKE_SIMULATION_SEEDS="<first>,<count>", else the first thousand.
inline Seeds seeds() {
    const char* const chosen = std::getenv("TURNPIKE_SIMULATION_SEEDS");
    if (!chosen) return {};
    const std::string_view text = chosen;
    const std::size_t comma = text.find(',');
    REQUIRE(comma != std::string_view::npos);
    return {static_cast<std::uint64_t>(parse_integer(text.substr(0, comma)).value()),
            static_cast<std::uint64_t>(parse_integer(text.substr(comma + 1)).value())};
}

/// `run`: gives what went wrong with a seed, or nothing. A seed that fails is told with what
/// repeats it. `binary`: this one.
template <typename Run>
void run_seeds(std::string_view binary, Run run) {
    const Seeds chosen = seeds();
    for (std::uint64_t seed = chosen.first; seed < chosen.first + chosen.count; ++seed) {
        const std::string violation = run(seed);
        if (violation.empty()) continue;
        FAIL_CHECK("seed " << seed << ": " << violation << "; TURNPIKE_SIMULATION_SEEDS=" << seed
                           << ",1 " << binary);
    }
}

}  // namespace turnpike::test
