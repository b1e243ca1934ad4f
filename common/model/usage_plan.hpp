#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace turnpike::model {

struct Throttle {
    double rate_limit = -1;  ///< Requests a second; -1: none.
    std::int64_t burst_limit = -1;
};

struct Quota {
    std::int64_t limit = 0;
    std::int64_t offset = 0;
    std::string period;              ///< HOUR, DAY, WEEK, MONTH
    std::int64_t quota_since_s = 0;  ///< When the plan got it, since 1970; its offset counts then.
};

struct PlanStage {
    std::string api_id;
    std::string stage_name;
    std::vector<std::pair<std::string, Throttle>> method_throttles;  ///< "/pets/GET" -> throttle
};

struct UsagePlan {
    std::string id;
    std::string name;
    std::vector<PlanStage> stages;
    std::optional<Throttle> throttle;
    std::optional<Quota> quota;
    /// What is done when Redis cannot tell: "open", "closed", "local-share"; "": as the worker is
    /// set up.
    std::string without_redis = {};
};

}  // namespace turnpike::model
