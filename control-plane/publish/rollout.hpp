#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"

namespace turnpike::publish {

/// What a worker last told about itself.
struct WorkerReport {
    std::string id;
    std::uint64_t revision = 0;
    std::int64_t pid = 0;
    std::string host;
    std::vector<std::string> listen;
    std::int64_t started_ms = 0;    ///< Since 1970.
    std::int64_t last_seen_ms = 0;  ///< Since 1970.
    bool is_ready = false;
    bool is_away = false;  ///< No word for kWorkerAwayAfter.
    std::vector<std::string> errors;
    std::string inbox;  ///< Where it takes tests of methods; empty: it takes none.
};

inline constexpr Milliseconds kWorkerAwayAfter{15'000};

/// Which worker runs what, read from Redis; behind GET /_turnpike/v1/rollout and /workers.
/// Thread: any.
class Rollout {
public:
    using UnpublishedCount = std::function<std::int64_t()>;
    /// `unpublished` tells the length of the outbox; it may throw service::StoreUnavailable.
    Rollout(redis::Client& redis, snapshot::PublishedNames names, UnpublishedCount unpublished);

    /// {"latestRevision", "unpublished", "isComplete", "workers": [...]}: isComplete is true if
    /// nothing is unpublished and every worker that is not away runs the latest revision.
    /// Errors: Unavailable if Redis is.
    Result<json::Value> rollout(WallTime now) const;
    /// {"workers": [{"id", "revision", "pid", "host", "listen", "started", "lastSeen", "isReady",
    /// "isAway", "errors"}]}; times in ISO 8601. Errors: Unavailable if Redis is.
    Result<json::Value> workers(WallTime now) const;
    /// Sorted by id, those away included. Errors: Unavailable if Redis is.
    Result<std::vector<WorkerReport>> read_workers(WallTime now) const;

private:
    redis::Client& redis_;
    snapshot::PublishedNames names_;
    UnpublishedCount unpublished_;
};

}  // namespace turnpike::publish
