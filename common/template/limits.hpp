#pragma once

#include <cstddef>
#include <cstdint>

namespace turnpike::velocity {

/// What one evaluation may use besides the memory of its heap. Source: the reference, mapping
/// templates section 3; see docs/mapping-templates.md.
struct Limits {
    std::size_t output_bytes_max = 10'000'000;
    std::uint32_t loop_iterations_max = 1000;  ///< of one #foreach
    std::int64_t steps_max = 25'000'000;       ///< Stands for 5 s of CPU.
    std::uint32_t depth_max = 300;  ///< of blocks, macros and expressions inside each other
};

/// Of blocks, expressions and strings inside each other in a template's text.
inline constexpr std::uint32_t kSourceDepthMax = 100;
/// Operators of one chain such as `a + b + c`.
inline constexpr std::uint32_t kChainMax = 150;
/// Arguments of one method.
inline constexpr std::uint32_t kArgumentsMax = 16;

}  // namespace turnpike::velocity
