#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/text.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "data-plane/limits/admission.hpp"
#include "data-plane/limits/notice.hpp"
#include "data-plane/limits/script_calls.hpp"
#include "data-plane/limits/sources.hpp"
#include "data-plane/limits/suspects.hpp"
#include "data-plane/limits/usage_reports.hpp"
#include "data-plane/worker/maybe_task.hpp"
#include "data-plane/worker/reactor.hpp"

namespace turnpike::limits {

/// What all limiters of a process share. Constant while reactors run.
struct LimiterOptions {
    snapshot::PublishedNames names{""};
    /// Of all APIs together; a rate that is not finite, or negative: none.
    BucketLimit account{-1, -1};
    Policy policy = Policy::LocalShare;  ///< Of limits that no plan has a policy for.
    std::int64_t reactors = 1;           ///< Of this process.
};

/// What one reactor counts; read through a post.
struct LimiterCounters {
    std::uint64_t admitted = 0;
    std::array<std::uint64_t, kLevels> refused{};
    std::uint64_t by_policy = 0;  ///< Decided without Redis, either way.
    std::uint64_t waits = 0;      ///< Requests that waited for Redis.
    std::uint64_t commands = 0;   ///< Sent to Redis.
    std::int64_t workers = 1;     ///< That share the limits, as last known.
};

/// Throttles and quotas of one reactor: a lessee of the buckets in Redis. See docs/limits.md.
/// Thread: its reactor's. Must outlive the requests that ask it.
class Limiter {
public:
    Limiter(worker::Reactor& reactor, redis::Client& redis, LimiterOptions options);
    ~Limiter();
    Limiter(const Limiter&) = delete;
    Limiter& operator=(const Limiter&) = delete;

    /// Decides over a request, at once if everything it needs is here; else after a question to
    /// Redis, and at the latest 50 ms later. Admitted requests with a key are counted.
    worker::MaybeTask<Verdict> admit(const Admission& admission);

    /// What the caller is told of the limits of a request that was decided, by what is known here:
    /// Redis is not asked. `begun`: when it was admitted or refused, if that took a question;
    /// SteadyTime::max() if it did not.
    Notice notice(const Admission& admission, const Verdict& verdict, SteadyTime begun);

    /// Starts the timers. To be called on the reactor.
    void start();
    /// Gives everything back and reports what is counted; `done` when Redis has it all.
    void finish(std::function<void()> done);

    /// Redis, or a server of its cluster, does not answer in time. Thread: any.
    bool is_degraded() const { return suspects_.is_any(); }
    LimiterCounters counters() const;

private:
    /// One key in one plan.
    struct Client {
        SteadyTime last_seen{};
        std::unique_ptr<BucketSource> throttle;
        std::unordered_map<std::uint32_t, std::unique_ptr<BucketSource>> methods;
        std::unique_ptr<QuotaSource> quota;
        UsageCount count;
        bool is_forgettable(SteadyTime now) const;
    };
    struct Concerned {
        Level level;
        BucketSource* source;
    };
    /// What one request needs, in order.
    struct Need {
        std::array<Concerned, Waiter::kWantsMax> buckets{};
        std::size_t bucket_count = 0;
        Client* client = nullptr;
        QuotaSource* quota = nullptr;
        void add(Level level, BucketSource* source) {
            if (source) buckets[bucket_count++] = {level, source};
        }
    };

    Need need_of(const Admission& admission);
    BucketSource* account_bucket();
    BucketSource* stage_bucket(const Admission& admission);
    BucketSource* method_bucket(const Admission& admission, Client& client);
    Client* client_of(const Admission& admission);
    std::unique_ptr<QuotaSource> make_quota(const Admission& admission, UsageCount& count);
    /// `name`: gives the bucket's, if it is new.
    template <typename Name>
    BucketSource* use(std::unique_ptr<BucketSource>& source, const BucketLimit& limit,
                      Policy policy, Name name);

    std::optional<Verdict> decide_at_once(const Need& need, SteadyTime now);
    worker::Task<Verdict> decide_later(Need need, SteadyTime deadline);
    template <typename Kind>
    void stand(Want& want, Kind& source, SteadyTime now);
    worker::Task<> settle(Waiter& waiter, SteadyTime deadline);
    Verdict refused(Level level, const BucketLimit& limit, bool is_by_policy = false);
    Verdict admitted(const Need& need, bool is_by_policy = false, bool owes_unit = false);

    void ask(BucketSource& source);
    void ask(QuotaSource& source);
    void lost(Source& source);
    void decide_alone(Source& source);
    std::int64_t lessees() const { return counters_.workers * options_.reactors; }
    void ask_census();
    template <typename Visit>
    void for_each_bucket(Visit visit);
    void sweep();
    void forget_idle(SteadyTime now);
    void finish_when_clear();
    /// Asks for those quotas that are owed units. Returns: false if there is none.
    bool settle_quotas();

    worker::Reactor& reactor_;
    const redis::Client& redis_;
    ScriptCalls calls_;
    Suspects suspects_;
    LimiterOptions options_;
    std::string lessee_;
    UsageReports reports_;
    std::unique_ptr<BucketSource> account_;
    std::vector<std::unique_ptr<BucketSource>> stages_;  ///< By the number of the method.
    std::unordered_map<std::string, std::unique_ptr<BucketSource>, StringHash, std::equal_to<>>
        unnumbered_;  ///< By key; of methods without a number.
    std::unordered_map<std::string, std::unique_ptr<Client>, StringHash, std::equal_to<>> clients_;
    LimiterCounters counters_;
    worker::Timer sweep_timer_;
    worker::Timer report_timer_;
    worker::Timer census_timer_;
    worker::Timer finish_timer_;
    std::function<void()> finished_;
};

}  // namespace turnpike::limits
