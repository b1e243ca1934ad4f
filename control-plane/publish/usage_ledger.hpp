#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "control-plane/service/quota_period.hpp"
#include "control-plane/service/usage_record.hpp"

namespace turnpike::publish {

/// A key under a plan.
struct PlanKey {
    std::string plan_id;
    std::string key_id;
    auto operator<=>(const PlanKey&) const = default;
};

/// What a key used in the window of its plan's quota that has a certain moment.
struct QuotaUse {
    PlanKey place;
    service::QuotaPeriod period = service::QuotaPeriod::Day;
    std::int64_t used = 0;
};

/// Some of those that come after a place.
struct QuotaUsePage {
    std::vector<QuotaUse> uses;
    bool is_last = false;
    PlanKey next;  ///< Where the next page starts, unless this is the last.
};

/// What the mover of usage needs from the database. Every method may throw
/// service::StoreUnavailable, also for a refusal of the database: the mover tries again.
/// Thread: any.
class UsageLedger {
public:
    virtual ~UsageLedger() = default;

    /// Adds what a batch counted and notes the batch, both or nothing. Counts of a plan or key that
    /// is gone are left out. Returns: false if the batch was there already; nothing is added then.
    /// Requires: each plan, key and hour at most once.
    virtual bool apply(unsigned shard, std::string_view batch,
                       const std::vector<service::UsageCount>& counts) = 0;
    /// Forgets the notes of batches that are an hour old, but for the last of each shard.
    virtual void forget_batches() = 0;

    /// The plans that got their quota, or another period, at `time` or later, with when they did.
    virtual std::map<std::string, WallTime> plans_with_quota_since(WallTime time) = 0;
    /// Of the keys with usage in the window that has `moment`, of plans with a quota; in an order
    /// of their own, from the first after `after` on.
    virtual QuotaUsePage quota_use_after(const PlanKey& after, WallTime moment) = 0;
    /// The same of these places only.
    virtual std::vector<QuotaUse> quota_use_of(const std::vector<PlanKey>& places,
                                               WallTime moment) = 0;
};

}  // namespace turnpike::publish
