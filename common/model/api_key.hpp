#pragma once

#include <string>
#include <vector>

namespace turnpike::model {

/// What a worker knows of an API key: never its value.
struct ApiKey {
    std::string id;
    std::string name;
    std::string customer_id;
    bool enabled = false;
    std::vector<std::string> plan_ids;
};

}  // namespace turnpike::model
