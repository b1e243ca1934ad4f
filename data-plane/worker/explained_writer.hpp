#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"

namespace turnpike::worker {

/// Puts what explain recorded into Redis, where the management API reads it; docs/publishing.md is
/// the schema. The last 1,000 of the last hour are kept. Thread: any.
class ExplainedWriter {
public:
    /// `redis` outlives the writer.
    ExplainedWriter(redis::Client& redis, snapshot::PublishedNames names);

    /// Never waits: beyond 64 that Redis has not taken, and while it is away, they are lost.
    void write(std::string request_id, WallTime time, std::string document);
    std::uint64_t lost_count() const { return state_->lost.load(std::memory_order_relaxed); }

private:
    struct State {
        std::atomic<std::size_t> pending{0};
        std::atomic<std::uint64_t> lost{0};
    };

    redis::Client& redis_;
    snapshot::PublishedNames names_;
    std::shared_ptr<State> state_ = std::make_shared<State>();  // callbacks may come late
};

}  // namespace turnpike::worker
