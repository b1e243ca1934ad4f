#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace turnpike::model {

/// What a worker knows of an API key: never its value.
struct ApiKey {
    /// What it may use beyond (or, negative, below) the quota of a plan in one window.
    struct Extension {
        std::string plan_id;
        std::int64_t window_start_s = 0;  ///< since 1970
        std::int64_t requests = 0;
    };

    std::string id;
    std::string name;
    std::string customer_id;
    bool enabled = false;
    std::vector<std::string> plan_ids;
    std::vector<Extension> extensions = {};  ///< Those that may matter yet.
};

}  // namespace turnpike::model
