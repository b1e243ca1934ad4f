#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/snapshot/caching.hpp"
#include "data-plane/cache/replaced_feed.hpp"
#include "data-plane/cache/response_cache.hpp"
#include "tests/simulation/cache_keeper.hpp"
#include "tests/simulation/virtual_machine.hpp"

namespace turnpike::test {

/// What may happen to a run of the cache.
struct CacheTerms {
    Seconds ttl{2};
    Seconds stale_while_revalidate{0};
    Seconds stale_if_error{0};
    bool encrypts = false;
    std::uint64_t stage_bytes_max = 1'000'000;
    std::size_t memory_bytes_max = 1'000'000;
    std::int64_t call_us_max = 30'000;  ///< Of the back end.
    /// By chance, one in so many; 0: never.
    std::int64_t replaces_one_in = 0;
    std::int64_t fails_one_in = 0;
    std::int64_t unstorable_one_in = 0;
    std::int64_t leaves_one_in = 0;
    bool flushes = false;
    std::int64_t clock_ahead_us_max = 0;
    /// How far a reactor may be wrong about Redis's clock.
    std::int64_t clock_error_us = 0;
    /// After which a reactor does not answer any more with what was replaced.
    std::int64_t told_within_us = 0;
};

/// What a request asks for: everything that keys consist of.
struct CacheAim {
    int deployment = 0;  ///< The stage's, or the canary's.
    int name_space = 0;
    int parameter = 0;
    auto operator<=>(const CacheAim&) const = default;
};

/// Workers with their real caches, requests and a back end, and what is known of each answer.
class CacheWorld {
public:
    CacheWorld(World& world, CacheTerms terms);
    ~CacheWorld();
    CacheWorld(const CacheWorld&) = delete;
    CacheWorld& operator=(const CacheWorld&) = delete;

    void add_worker(int reactors, double requests_per_second);
    /// kill -9, and another one in its place.
    void replace_worker();
    /// The stage is flushed; the workers learn of it one after the other.
    void flush();
    /// A replica takes the place of Redis, after a while, that has what there was until then. What
    /// was published since, and not everybody knows, is published anew within a second.
    void fail_over(CacheKeeper::Memory copy, std::int64_t until_us, std::int64_t away_us);
    /// No requests come any more.
    void rest() { is_resting_ = true; }
    /// Requests that have no answer yet.
    std::size_t waiting() const;

    VirtualRedis& redis() { return redis_; }
    CacheKeeper& keeper() { return keeper_; }
    const std::string& violation() const { return violation_; }
    std::int64_t calls() const { return static_cast<std::int64_t>(calls_.size()); }
    std::int64_t hits() const { return hits_; }
    /// Calls of one key at a time may be this many over all workers; 0: as many as there are
    /// reactors.
    bool is_calm = false;

private:
    struct Reactor;
    struct Worker;
    /// One call of the back end, and what became of its answer.
    struct Call {
        CacheAim aim;
        std::int64_t generation = 0;
        std::int64_t began_us = 0;
        std::int64_t stored_us = 0;   ///< When it was given to a cache.
        std::int64_t written_us = 0;  ///< When Redis had it.
        bool replaces = false;
    };
    struct Replaced {
        std::int64_t began_us;
        std::int64_t told_us;
        std::int64_t written_us;
    };
    struct Request {
        CacheAim aim;
        std::int64_t generation = 0;
        std::string key;
        const snapshot::MethodCaching* caching = nullptr;
        std::int64_t since_us = 0;
        bool replaces = false;
    };

    void install(Worker& worker, std::int64_t generation);
    void install_later(Worker& worker, std::int64_t generation);
    void arrive(Reactor& reactor);
    worker::Task<> serve(Reactor& reactor, Request request);
    worker::Task<> renew(Reactor& reactor, Request request, cache::ResponseCache::Lead lead);
    worker::Task<> call(Reactor& reactor, Request request, cache::ResponseCache::Lead lead,
                        std::shared_ptr<const cache::Response> fallback);
    void keep(Reactor& reactor, const Request& request, std::int64_t number,
              cache::ResponseCache::Lead lead);
    void check(const Request& request, const cache::ResponseCache::Answer& answer,
               Milliseconds stale);
    Milliseconds failing(const Request& request) const;
    Milliseconds leading() const;
    void check_age(const Call& call, Milliseconds stale);
    void check_replaced(const Request& request, const Call& call);
    void begin_lead(Reactor& reactor, const std::string& key);
    void fails(std::string what);

    World& world_;
    const CacheTerms terms_;
    VirtualMachine machine_;
    CacheKeeper keeper_;
    VirtualRedis redis_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::int64_t generation_ = 0;
    struct Flush {
        std::int64_t at_us;
        std::int64_t in_force_us;  ///< For every worker.
    };
    std::vector<Flush> flushes_;        ///< By generation.
    std::int64_t told_generation_ = 0;  ///< What Redis tells of the stage,
    std::int64_t tells_last_us_ = 0;    ///< until it tells the last.
    std::vector<Call> calls_;
    std::map<std::string, std::int64_t> replacing_;  ///< By id: the call that Redis has.
    /// Those that are not in Redis any more.
    bool is_lost(const Call& call) const {
        return call.written_us >= lost_from_us_ && call.written_us < lost_to_us_;
    }
    std::int64_t lost_from_us_ = 0;
    std::int64_t lost_to_us_ = 0;
    std::map<std::pair<CacheAim, std::int64_t>, std::vector<Replaced>> replaced_;
    std::map<std::string, int> leads_;  ///< Of all reactors, by key.
    std::int64_t hits_ = 0;
    bool is_resting_ = false;
    std::string violation_;
};

}  // namespace turnpike::test
