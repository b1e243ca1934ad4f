#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/result.hpp"
#include "common/base/text.hpp"
#include "common/model/deployment.hpp"
#include "common/snapshot/integration.hpp"

namespace turnpike::snapshot {

/// Patterns by their text: thousands of methods of a deployment use the same few.
using PatternPool = std::unordered_map<std::string, Pattern, StringHash, std::equal_to<>>;

/// What the methods of one deployment share.
struct CompilePools {
    PatternPool patterns;
    ProgramPool programs;
};

/// Errors: Invalid with the reason in `message`.
Result<CompiledIntegration> compile_integration(const model::Method& method,
                                                const model::Integration& integration,
                                                CompilePools& pools);

}  // namespace turnpike::snapshot
