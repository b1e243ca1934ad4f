#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/clock.hpp"

namespace turnpike::service {

/// What workers know of usage before the database does. Thread: any.
class LiveUsage {
public:
    virtual ~LiveUsage() = default;

    /// What the key used of the plan's quota in the window that starts then. Returns: nothing if
    /// that cannot be told now; does not wait long.
    virtual std::optional<std::int64_t> used(std::string_view plan_id, std::string_view key_id,
                                             WallTime window_start) const = 0;
};

}  // namespace turnpike::service
