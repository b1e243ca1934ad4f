#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/calendar.hpp"
#include "common/base/clock.hpp"

namespace turnpike::publish {

/// Whose requests they were, and what for.
struct MeteredPlace {
    std::string plan_id;
    std::string product_code;
    std::string key_id;
    std::string customer_id;  ///< May be empty.
    bool operator==(const MeteredPlace&) const = default;
};

/// What is posted of one hour; docs/metering.md.
struct MeteringRecord {
    std::string id;
    MeteredPlace place;
    WallTime hour;
    std::int64_t requests = 0;
    bool is_correction = false;
};

/// What one key used of one plan in a month.
struct MonthlyUse {
    MeteredPlace place;
    std::int64_t requests = 0;
};

/// What metering needs from the database. Every method may throw service::StoreUnavailable, also
/// for a refusal of the database. Thread: any.
class MeteringLedger {
public:
    virtual ~MeteringLedger() = default;

    /// Makes records of what is counted in hours before `end` and in no record yet, at most
    /// `records_max`. Returns: how many.
    virtual std::size_t make_records(WallTime end, std::size_t records_max) = 0;
    /// Those that nobody accepted yet, oldest first.
    virtual std::vector<MeteringRecord> pending(std::size_t records_max) = 0;
    virtual std::size_t pending_count() = 0;
    virtual void accept(const std::vector<MeteringRecord>& records) = 0;
    /// Forgets hours before `end`, but for records that were not accepted, and for what still is to
    /// be in one if `is_recording`.
    virtual void forget_before(WallTime end, bool is_recording) = 0;

    /// What was used in the month that starts on that day, by place; those after `after`.
    virtual std::vector<MonthlyUse> use_in_month(CalendarDay month,
                                                 const std::optional<MeteredPlace>& after,
                                                 std::size_t places_max) = 0;
};

}  // namespace turnpike::publish
