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
    std::string period;  ///< DAY, WEEK, MONTH
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
};

}  // namespace turnpike::model
