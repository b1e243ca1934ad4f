#pragma once

#include "control-plane/publish/metering_ledger.hpp"
#include "control-plane/service/usage_record.hpp"
#include "control-plane/store/pool.hpp"

namespace turnpike::store {

/// Adds requests of plans that are for sale to their hours; the others are left out.
/// Requires: all of one hour, each plan and key at most once.
void add_metered_usage(Session& session, const std::vector<service::UsageCount>& counts);

/// Metering's view of the database, a transaction for each call. Thread: any.
class MeteringLedger final : public publish::MeteringLedger {
public:
    MeteringLedger(Pool& pool, Milliseconds begin_deadline)
        : pool_(pool), begin_deadline_(begin_deadline) {}

    std::size_t make_records(WallTime end, std::size_t records_max) override;
    std::vector<publish::MeteringRecord> pending(std::size_t records_max) override;
    std::size_t pending_count() override;
    void accept(const std::vector<publish::MeteringRecord>& records) override;
    void forget_before(WallTime end, bool is_recording) override;
    std::vector<publish::MonthlyUse> use_in_month(CalendarDay month,
                                                  const std::optional<publish::MeteredPlace>& after,
                                                  std::size_t places_max) override;

private:
    Rows execute(const std::string& sql, const std::vector<std::string>& parameters = {});

    Pool& pool_;
    const Milliseconds begin_deadline_;
};

}  // namespace turnpike::store
