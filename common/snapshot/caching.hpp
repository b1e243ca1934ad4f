#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/model/stage.hpp"
#include "common/snapshot/integration.hpp"
#include "common/snapshot/method.hpp"

namespace turnpike::snapshot {

/// The response cache of a stage. Source: docs/cache.md.
struct StageCache {
    std::string id;               ///< "<api>/<stage>"
    std::uint64_t bytes_max = 0;  ///< Of all entries together.
    /// How much longer than fresh an entry may answer; 0: not at all.
    Seconds stale_while_revalidate{0};
    Seconds stale_if_error{0};

    Seconds kept_longer() const { return std::max(stale_while_revalidate, stale_if_error); }
};

/// What the response cache does for one method of a stage. A method without it is not cached.
struct MethodCaching {
    /// What "Cache-Control: max-age=0" does.
    enum class Invalidation : std::uint8_t {
        Allowed,             ///< The entry is replaced.
        Refused,             ///< 403
        IgnoredWithWarning,  ///< The answer says so.
        Ignored,
    };
    const StageCache* stage = nullptr;  ///< Never null. Lifetime: the compiled stage's.
    Seconds ttl{300};
    bool encrypts = false;
    Invalidation invalidation = Invalidation::Allowed;
    /// Where every key of the method begins: stage, generation, size, deployment, namespace. No
    /// other method's begins like it, unless the two share entries.
    std::string key_prefix;
};

/// Returns: nothing if the stage has no cache.
std::optional<StageCache> compile_stage_cache(const model::Stage& stage);

/// `is_own`: the settings are an entry of the method's own, not the stage's default.
/// Returns: nothing if the method is not cached. Source: the reference, traffic section 1.2.
std::optional<MethodCaching> compile_caching(const model::Stage& stage, const StageCache& cache,
                                             std::string_view deployment_hash,
                                             const CompiledMethod& method,
                                             const model::MethodSettings& settings, bool is_own);

/// What distinguishes entries, in the order given. A name of no known form is always absent.
/// Requires: the integration's own parameters are compiled.
std::vector<ParameterSource> compile_cache_key(const std::vector<std::string>& names,
                                               const CompiledIntegration& integration);

}  // namespace turnpike::snapshot
