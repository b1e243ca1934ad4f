#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "control-plane/publish/usage_mover.hpp"
#include "tests/simulation/limits_world.hpp"

namespace turnpike::test {

/// What ends a control plane. No exception: nothing may catch it.
struct Killed {};

/// The database of usage: what was committed stays.
class VirtualLedger final : public publish::UsageLedger {
public:
    VirtualLedger(World& world, LimitsWorld& limits) : world_(world), limits_(limits) {}

    bool apply(unsigned shard, std::string_view batch,
               const std::vector<service::UsageCount>& counts) override;
    void forget_batches() override { step(); }
    std::map<std::string, WallTime> plans_with_quota_since(WallTime time) override;
    publish::QuotaUsePage quota_use_after(const publish::PlanKey& after, WallTime moment) override;
    std::vector<publish::QuotaUse> quota_use_of(const std::vector<publish::PlanKey>& places,
                                                WallTime moment) override;

    bool has(const std::string& batch) const { return batches_.contains(batch); }
    /// Requests that were moved here.
    std::int64_t used() const { return used_; }
    /// Those of the hours that begin within a time, and what there was before.
    std::int64_t used_between(std::int64_t from_s, std::int64_t to_s) const;
    /// There was usage before the world began, in an hour.
    void add_before(std::int64_t hour_s, std::int64_t requests) { by_hour_[hour_s] += requests; }

    /// By chance it is away, one in so many times; 0: never.
    std::int64_t fails_one_in = 0;

private:
    void step();
    std::vector<publish::QuotaUse> uses_at(WallTime moment) const;

    World& world_;
    LimitsWorld& limits_;
    std::set<std::string> batches_;
    std::int64_t used_ = 0;
    std::map<std::int64_t, std::int64_t> by_hour_;  ///< By the hour's start, in s.
};

/// One process, with the real mover of usage; killed and begun anew.
class ControlPlane {
public:
    ControlPlane(LimitsWorld& limits, VirtualLedger& ledger) : limits_(limits), ledger_(ledger) {
        begin();
    }
    /// Nothing happens if it is at one already.
    void turn();

private:
    void begin();

    LimitsWorld& limits_;
    VirtualLedger& ledger_;
    std::unique_ptr<redis::Client> client_;
    std::unique_ptr<publish::UsageMover> mover_;
    bool is_turning_ = false;
};

/// Two control planes take turns until then, also while the other is at one.
void move_usage(World& world, ControlPlane& one, ControlPlane& other, std::int64_t until_us);

}  // namespace turnpike::test
