#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "control-plane/publish/usage_ledger.hpp"
#include "control-plane/publish/usage_shards.hpp"

namespace turnpike::publish {

/// Moves what workers counted from Redis to the database while this control plane leads, and puts
/// back into an emptied Redis what its quotas need; docs/limits.md. Redis or the database away:
/// counts wait where they are. Whatever is killed between two steps, and however many movers there
/// are, each count is added exactly once.
/// Thread: one of its own between start() and stop(); the other methods from any thread.
class UsageMover {
public:
    struct Options {
        Milliseconds interval{250};
        std::size_t fields_per_batch = 10'000;
        /// Of one shard in one turn, so that the others get theirs.
        std::size_t batches_per_turn = 20;
        Milliseconds redis_timeout{2000};
        Milliseconds forget_every{600'000};  ///< Old notes of batches.
        /// Until every worker has a plan that was changed.
        Milliseconds new_quota_settles{5'000};
    };
    /// What people should know; the caller logs it. The flag: a warning, not an error.
    using Report = std::function<void(const std::string& text, bool is_warning)>;

    UsageMover(UsageLedger& ledger, redis::Client& redis, snapshot::PublishedNames names,
               Options options, std::function<bool()> is_leader, Report report);
    ~UsageMover();
    UsageMover(const UsageMover&) = delete;
    UsageMover& operator=(const UsageMover&) = delete;

    void start();
    /// Moves what is there once more, if it leads, and joins.
    void stop();

    /// Every shard once, then what has to be put back. A shard that fails holds nobody else up.
    /// Errors: of the first that failed. Thread: one at a time.
    Result<void> turn();

    /// Requests that this process has moved.
    std::uint64_t moved_requests() const { return moved_.load(std::memory_order_relaxed); }

private:
    void run();
    void turn_reporting();
    Result<void> move(unsigned shard, UsageShards::Taken taken);
    Result<void> apply(unsigned shard, const UsageShards::Taken& taken);
    Result<void> restore_emptied();
    Result<void> finish_restoring(unsigned shard, const std::string& filling);
    Result<void> begin_new_quotas();
    Result<void> begin_quota(const std::string& plan_id, WallTime moment);
    Result<void> forget_if_due();

    UsageLedger& ledger_;
    UsageShards shards_;
    Options options_;
    std::function<bool()> is_leader_;
    Report report_;
    bool is_stopping();
    bool is_failing_ = false;
    bool is_restoring_ = false;
    unsigned first_shard_ = 0;  ///< Of the next turn.
    SteadyTime next_forgetting_{};
    std::atomic<std::uint64_t> moved_{0};
    struct NewQuota {
        WallTime since;
        SteadyTime begins_again;
        bool is_settled = false;
    };
    std::map<std::string, NewQuota> new_quotas_;  // by plan; those that are looked at
    WallTime redis_time_;                         // of this turn
    std::set<unsigned> emptied_;                  // shards, as this turn saw them
    /// Places that were moved since they were put back, by shard; while a shard is restored only.
    std::array<std::set<PlanKey>, snapshot::kUsageShards> moved_since_;
    std::mutex mutex_;
    std::condition_variable stop_asked_;
    bool is_stopping_ = false;
    std::thread thread_;
};

}  // namespace turnpike::publish
