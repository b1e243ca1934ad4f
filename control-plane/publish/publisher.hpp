#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "control-plane/publish/redis_writer.hpp"
#include "control-plane/publish/source.hpp"

namespace turnpike::publish {

/// Moves the outbox to Redis while it leads; see docs/publishing.md. Redis or the database away:
/// the outbox waits, and the publisher tries again with back-off. Redis emptied, or another one:
/// everything is published anew.
/// Thread: one of its own between start() and stop(); the other methods from any thread.
class Publisher {
public:
    struct Options {
        std::size_t batch_rows_max = 512;
        std::size_t stream_entries_max = 20'000;
        Milliseconds idle_wait{1000};  ///< Longest time between two looks at leadership and Redis.
        Milliseconds retry_first{50};
        Milliseconds retry_max{2000};
        Milliseconds redis_timeout{5000};
        Milliseconds collect_every{600'000};  ///< Unreferenced blobs, workers long gone.
    };
    /// What people should know; the caller logs it. The flag: a warning, not an error.
    using Report = std::function<void(const std::string& text, bool is_warning)>;

    Publisher(PublicationSource& source, redis::Client& redis, snapshot::PublishedNames names,
              Options options, Report report);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    void start();
    /// Ends the batch under way, gives up the lead, joins.
    void stop();

    bool is_leader() const { return is_leader_.load(std::memory_order_relaxed); }
    /// Of the last batch that reached Redis from here; 0 before.
    std::uint64_t revision() const { return revision_.load(std::memory_order_relaxed); }

private:
    enum class Progress : std::uint8_t { Idle, Published };
    void run();
    Result<Progress> work();
    Result<void> ensure_epoch();
    Result<void> publish_anew();
    Result<Progress> publish_outbox();
    Result<void> collect_if_due();
    void rest(Milliseconds time);

    PublicationSource& source_;
    RedisWriter writer_;
    Options options_;
    Report report_;
    std::atomic<bool> is_leader_{false};
    std::atomic<bool> is_stopping_{false};
    std::atomic<std::uint64_t> revision_{0};
    std::string epoch_;  // of what is in Redis, once it was looked at
    SteadyTime next_look_{};
    SteadyTime next_collection_{};
    std::mutex mutex_;
    std::condition_variable stop_asked_;
    std::thread thread_;
};

}  // namespace turnpike::publish
