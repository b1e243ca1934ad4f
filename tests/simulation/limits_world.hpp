#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data-plane/limits/limiter.hpp"
#include "tests/simulation/limits_keeper.hpp"
#include "tests/simulation/virtual_machine.hpp"
#include "tests/simulation/windows.hpp"

namespace turnpike::test {

struct LimitsTerms {
    std::string policy;
    limits::BucketLimit throttle{-1, -1};
    std::int64_t quota = 0;  ///< A day; 0: none.
    int workers = 3;
    double requests_per_second = 50;  ///< Of one worker.
    std::int64_t leaves_one_in = 0;   ///< 0: no caller goes away while it waits.
    std::string period = "DAY";
    std::int64_t offset = 0;  ///< Counts if the world begins in the window that has quota_since_s.
    std::int64_t quota_since_s = 0;
    std::vector<model::ApiKey::Extension> extensions;
    std::int64_t epoch_us = kEpochUs;
};

/// Workers with their real limiters, of one reactor each, and the requests of one key in one plan.
class LimitsWorld {
public:
    LimitsWorld(World& world, LimitsTerms terms);
    ~LimitsWorld();
    LimitsWorld(const LimitsWorld&) = delete;
    LimitsWorld& operator=(const LimitsWorld&) = delete;

    void start();
    /// No requests come any more.
    void rest() { is_resting_ = true; }

    /// The plan as it is stored from now on, and what its key may use beyond; each worker has it
    /// within `until_us`.
    void publish(model::UsagePlan plan, std::vector<model::ApiKey::Extension> extensions,
                 std::int64_t within_us);
    const model::UsagePlan& plan() const { return stored_->plan; }
    /// All workers have it.
    bool is_installed() const;
    /// Requests that are not decided yet.
    std::int64_t waiting() const;

    struct Decided {
        std::int64_t since_us;
        std::int64_t at_us;
        bool is_admitted;
        bool is_by_policy;
        bool is_over_quota;  ///< Its quota refused it.
    };
    /// By worker, as they were decided.
    const std::vector<std::vector<Decided>>& decided() const { return decided_; }
    std::vector<Admitted> admitted() const;
    std::int64_t admissions() const { return admissions_; }
    /// What Redis has of the key.
    limits::Bucket& bucket() { return keeper_.buckets[names_.bucket("client:plan/key")]; }
    QuotaKeeper& quota();

    VirtualRedis& redis() { return redis_; }
    LimitsKeeper& keeper() { return keeper_; }
    const snapshot::PublishedNames& names() const { return names_; }
    const std::string& violation() const { return violation_; }

private:
    struct Worker;
    void arrive(Worker& worker);
    worker::Task<> ask(Worker& worker);
    static bool is_done(const std::pair<const std::int64_t, worker::Task<>>& one) {
        return one.second.done();
    }

    World& world_;
    const LimitsTerms terms_;
    VirtualMachine machine_;
    LimitsKeeper keeper_;
    VirtualRedis redis_;
    const snapshot::PublishedNames names_{"ns"};
    struct Published {
        model::UsagePlan plan;
        model::ApiKey key;
        std::int64_t version = 0;
    };
    std::shared_ptr<const Published> stored_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::vector<Decided>> decided_;
    std::int64_t admissions_ = 0;
    bool is_resting_ = false;
    std::string violation_;
};

}  // namespace turnpike::test
