#pragma once

#include "control-plane/publish/usage_ledger.hpp"
#include "control-plane/store/pool.hpp"

namespace turnpike::store {

/// Adds requests to what was counted; those of a plan or key that is gone are left out.
/// Requires: each plan, key and day at most once.
void add_usage(Session& session, const std::vector<service::UsageCount>& counts);

/// The mover's view of the database, a transaction for each call. Thread: any.
class UsageLedger final : public publish::UsageLedger {
public:
    UsageLedger(Pool& pool, Milliseconds begin_deadline)
        : pool_(pool), begin_deadline_(begin_deadline) {}

    bool apply(unsigned shard, std::string_view batch,
               const std::vector<service::UsageCount>& counts) override;
    void forget_batches() override;
    std::map<std::string, WallTime> plans_with_quota_since(WallTime time) override;
    publish::QuotaUsePage quota_use_after(const publish::PlanKey& after, WallTime moment) override;
    std::vector<publish::QuotaUse> quota_use_of(const std::vector<publish::PlanKey>& places,
                                                WallTime moment) override;

private:
    template <typename Work>
    auto in_transaction(const char* begin_statement, const Work& work);

    Pool& pool_;
    const Milliseconds begin_deadline_;
};

}  // namespace turnpike::store
