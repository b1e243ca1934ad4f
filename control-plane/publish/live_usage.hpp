#pragma once

#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "control-plane/service/live_usage.hpp"

namespace turnpike::publish {

/// The quotas that workers share in Redis. Thread: any.
class LiveUsage final : public service::LiveUsage {
public:
    LiveUsage(redis::Client& redis, snapshot::PublishedNames names);

    std::optional<std::int64_t> used(std::string_view plan_id, std::string_view key_id,
                                     WallTime window_start) const override;
    std::optional<std::vector<std::optional<limits::StoredState>>> states(
        const std::vector<Question>& questions) const override;

private:
    redis::Command command_for(const Question& question) const;

    redis::Client& redis_;
    snapshot::PublishedNames names_;
};

}  // namespace turnpike::publish
