#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"

namespace turnpike::cache {

/// Tells the memory of all reactors what other workers replaced, and whether it would be told:
/// while the feed is not live, memory may hold what nobody wants any more. One per worker process,
/// with a thread and a connection of its own once somebody caches. Knows Redis's clock, too, which
/// entries expire by. Thread: any.
class ReplacedFeed {
public:
    /// Ids of entries; null: any may have been replaced. Called on the feed's thread.
    using Ids = std::shared_ptr<const std::vector<std::string>>;
    using Listener = std::function<void(const Ids& ids)>;

    ReplacedFeed(std::string redis_url, std::string name_space);
    ~ReplacedFeed();
    ReplacedFeed(const ReplacedFeed&) = delete;
    ReplacedFeed& operator=(const ReplacedFeed&) = delete;

    /// To be called before start().
    void subscribe(Listener listener) { listeners_.push_back(std::move(listener)); }
    /// Begins to follow, if it does not yet.
    void start();
    bool is_live(SteadyTime now) const {
        return now.time_since_epoch().count() < trusted_until_.load(std::memory_order_acquire);
    }

    /// Redis's clock, as far as it is known; else this machine's. Milliseconds since 1970.
    std::int64_t redis_time() const {
        return epoch_milliseconds(wall_now()) + ahead_ms_.load(std::memory_order_relaxed);
    }

private:
    void run();
    void compare_clocks(redis::Client& client);
    /// Finds the end of the stream. Returns: false without Redis.
    bool begin(redis::Client& client);
    bool follow(redis::Client& client);
    void tell(const Ids& ids) const;
    bool rest();

    const std::string redis_url_;
    const std::string stream_;
    std::vector<Listener> listeners_;
    std::string last_id_;
    std::atomic<SteadyTime::rep> trusted_until_{0};
    std::atomic<std::int64_t> ahead_ms_{0};  ///< Redis's clock of ours.
    SteadyTime next_comparison_;

    std::atomic<bool> is_started_{false};
    std::mutex mutex_;
    std::condition_variable woken_;
    bool stops_ = false;
    std::thread thread_;
};

}  // namespace turnpike::cache
