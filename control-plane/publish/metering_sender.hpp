#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "control-plane/publish/metering_ledger.hpp"

namespace turnpike::publish {

/// Makes records of what was sold and posts them until they are accepted, while this control plane
/// leads; docs/metering.md. Thread: one of its own between start() and stop(); the other methods
/// from any thread.
class MeteringSender {
public:
    struct Options {
        bool is_posting = true;  ///< Otherwise old hours are forgotten, and nothing else is done.
        std::chrono::days retention{400};
        Milliseconds interval{10'000};
        Milliseconds retry_first{1'000};
        Milliseconds retry_max{300'000};
        std::size_t records_per_post = 500;
    };
    /// Posts JSON; gives the status of the answer.
    using Post = std::function<Result<int>(std::string_view json)>;
    /// What people should know; the caller logs it. The flag: a warning, not an error.
    using Report = std::function<void(const std::string& text, bool is_warning)>;

    MeteringSender(MeteringLedger& ledger, Post post, Options options,
                   std::function<bool()> is_leader, Report report);
    ~MeteringSender();
    MeteringSender(const MeteringSender&) = delete;
    MeteringSender& operator=(const MeteringSender&) = delete;

    void start();
    /// Ends the post under way, whose records are posted again, and joins.
    void stop();
    bool is_stopping() const { return is_stopping_.load(std::memory_order_relaxed); }

    /// Makes the records of hours that are final at `now` and posts what is pending.
    /// Errors: of the first post that was not accepted; Unavailable without the database.
    /// Thread: one at a time.
    Result<void> turn(WallTime now);

    std::size_t pending_records() const { return pending_.load(std::memory_order_relaxed); }
    bool is_failing() const { return is_failing_.load(std::memory_order_relaxed); }

private:
    void run();
    void note(const Result<void>& done);
    Result<void> post_pending();

    MeteringLedger& ledger_;
    Post post_;
    Options options_;
    std::function<bool()> is_leader_;
    Report report_;
    std::atomic<std::size_t> pending_{0};
    std::atomic<bool> is_failing_{false};
    std::atomic<bool> is_stopping_{false};
    Milliseconds pause_;
    std::mutex mutex_;
    std::condition_variable stop_asked_;
    std::thread thread_;
};

/// The body of a post.
std::string metering_document(const std::vector<MeteringRecord>& records);

}  // namespace turnpike::publish
