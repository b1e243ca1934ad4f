#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/limits/state.hpp"

namespace turnpike::service {

/// What workers know of usage before the database does. Thread: any.
class LiveUsage {
public:
    virtual ~LiveUsage() = default;

    /// What the key used of the plan's quota in the window that starts then. Returns: nothing if
    /// that cannot be told now; does not wait long.
    virtual std::optional<std::int64_t> used(std::string_view plan_id, std::string_view key_id,
                                             WallTime window_start) const = 0;

    /// Names a bucket, as docs/limits.md does, or the quota of a key in a plan.
    struct Question {
        std::string bucket;  ///< Empty: the quota.
        std::string plan_id = {};
        std::string key_id = {};
    };
    /// What workers share of each, in order; an element is unset if it cannot be read. Returns:
    /// nothing if Redis cannot tell now; does not wait long.
    virtual std::optional<std::vector<std::optional<limits::StoredState>>> states(
        const std::vector<Question>& questions) const = 0;
};

}  // namespace turnpike::service
