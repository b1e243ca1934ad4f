#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/limits/bucket.hpp"
#include "common/limits/lease.hpp"
#include "common/limits/quota.hpp"
#include "data-plane/limits/admission.hpp"
#include "data-plane/limits/usage_reports.hpp"
#include "data-plane/limits/waiter.hpp"

namespace turnpike::limits {

/// What the key may use of the plan. Requires: the plan has a quota.
QuotaTerms terms_of(const model::UsagePlan& plan, const model::ApiKey& key);

/// A throttle as one reactor sees it.
class BucketSource final : public Source {
public:
    BucketSource(std::string its_key, std::uint16_t its_slot, Policy its_policy, SteadyTime now)
        : Source(its_slot), key(std::move(its_key)), policy(its_policy), lease(now) {}

    void commit(const Want& want) override;
    void release(const Want& want) override;
    /// The limit and the policy may have been changed since the last request.
    void use(const BucketLimit& limit_now, Policy policy_now);
    Want::State decide_alone(std::int64_t lessees, SteadyTime now) override;
    /// One of the stock for a request that may wait for others. Requires: the lease is Available.
    Want::State reserve();
    /// Takes an answer. Those who waited are told.
    void answered(const BucketAnswer& answer, SteadyTime now);

    const std::string key;  ///< In Redis.
    BucketLimit limit;
    Policy policy;
    BucketLease lease;

private:
    Bucket local_;  ///< This reactor's share.
};

/// A quota as one reactor sees it.
class QuotaSource final : public Source {
public:
    QuotaSource(std::vector<std::string> its_keys, std::uint16_t its_slot, UsageCount& its_count,
                SteadyTime now)
        : Source(its_slot), keys(std::move(its_keys)), count(its_count), lease(now) {}

    void commit(const Want& want) override;
    void release(const Want& want) override;
    void use(const model::UsagePlan& plan, const model::ApiKey& key, Policy policy_now);
    Want::State decide_alone(std::int64_t lessees, SteadyTime now) override;
    void answered(const QuotaAnswer& answer, SteadyTime now);
    /// Requires: the lease is Available.
    Want::State reserve();

    const std::vector<std::string> keys;  ///< In Redis: the quota, and its shard's since.
    UsageCount& count;
    QuotaTerms terms;
    Policy policy = Policy::LocalShare;
    QuotaLease lease;

private:
    std::int64_t local_left_ = 0;
    SteadyTime local_until_{};
};

}  // namespace turnpike::limits
