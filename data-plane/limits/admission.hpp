#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/limits/bucket.hpp"
#include "common/model/api_key.hpp"
#include "common/model/usage_plan.hpp"

namespace turnpike::limits {

/// In the order in which they are told. Source: the reference, traffic section 2.
enum class Level : std::uint8_t {
    None,
    Concurrency,  ///< Of the worker; ours.
    ClientMethod,
    Client,
    StageMethod,
    Account,
    Quota
};
constexpr std::size_t kLevels = static_cast<std::size_t>(Level::Quota) + 1;

/// "CLIENT_METHOD", "STAGE_METHOD"; empty for None.
std::string_view to_text(Level level);

/// What decides by which limits a request goes. Lifetime: until the verdict.
struct Admission {
    std::string_view api_id;
    std::string_view stage_name;
    std::string_view resource_path;
    std::string_view verb;  ///< As configured: "ANY" for such a method.
    /// Number of the method of the stage, unique in this process; 0: it has none.
    std::uint32_t method_slot = 0;
    /// When the request began to wait for Redis; max: it has not. It does so for 50 ms in all.
    SteadyTime waits_since = SteadyTime::max();
    /// Of the stage's method settings; unset rate (< 0): none.
    BucketLimit stage_limit{-1, -1};
    /// Null: no key is needed, and no plan counts.
    const model::ApiKey* key = nullptr;
    const model::UsagePlan* plan = nullptr;
    const model::PlanStage* plan_stage = nullptr;
};

struct Verdict {
    Level refused_by = Level::None;  ///< None: admitted.
    BucketLimit limit{};             ///< Of the bucket that refused.
    /// Redis could not tell, and the policy decided.
    bool is_by_policy = false;

    bool is_admitted() const { return refused_by == Level::None; }
};

/// What is done when Redis cannot tell. Source: docs/limits.md.
enum class Policy : std::uint8_t { Open, Closed, LocalShare };

/// Returns: `otherwise` for a text that is none.
Policy parse_policy(std::string_view text, Policy otherwise);

}  // namespace turnpike::limits
