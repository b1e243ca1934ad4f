#include "control-plane/service/quota_period.hpp"

#include <algorithm>
#include <array>

namespace turnpike::service {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::months;
using std::chrono::year_month_day;

struct PeriodName {
    std::string_view name;
    QuotaPeriod period;
};
constexpr std::array<PeriodName, 4> kPeriods{{{"HOUR", QuotaPeriod::Hour},
                                              {"DAY", QuotaPeriod::Day},
                                              {"WEEK", QuotaPeriod::Week},
                                              {"MONTH", QuotaPeriod::Month}}};

}  // namespace

QuotaWindow quota_window(QuotaPeriod period, WallTime time) {
    const CalendarDay day = day_of(time);
    switch (period) {
        case QuotaPeriod::Hour: {
            const auto hour = floor<hours>(time);
            return {hour, hour + hours(1)};
        }
        case QuotaPeriod::Day:
            return {day, day + days(1)};
        case QuotaPeriod::Week: {
            const CalendarDay sunday = day - (std::chrono::weekday(day) - std::chrono::Sunday);
            return {sunday, sunday + days(7)};
        }
        case QuotaPeriod::Month:
            break;
    }
    const year_month_day date(day);
    const auto month = date.year() / date.month();
    return {CalendarDay(month / 1), CalendarDay((month + months(1)) / 1)};
}

std::optional<Quota> quota_of(const json::Value& plan) {
    const json::Value* held = plan.find("quota");
    if (held == nullptr) return std::nullopt;
    const auto* known = std::find_if(
        kPeriods.begin(), kPeriods.end(),
        [held](const PeriodName& entry) { return entry.name == held->text("period"); });
    if (known == kPeriods.end()) return std::nullopt;
    Quota quota;
    quota.limit = held->integer("limit").value_or(0);
    quota.offset = held->integer("offset").value_or(0);
    quota.period = known->period;
    quota.since = WallTime(Seconds(plan.integer("quotaSince").value_or(0)));
    return quota;
}

void date_quota(const json::Value& before, WallTime now, json::Value& plan) {
    if (plan.find("quota") == nullptr) {
        plan.as_object().erase("quotaSince");
        return;
    }
    const std::string_view period = plan.find("quota")->text("period");
    const json::Value* old = before.find("quota");
    if (old != nullptr && old->text("period") == period) return;
    plan["quotaSince"] = epoch_seconds(now);
}

std::int64_t quota_allowance(const Quota& quota, const QuotaWindow& window) {
    const bool is_first = window.start <= quota.since && quota.since < window.end;
    return std::max<std::int64_t>(quota.limit - (is_first ? quota.offset : 0), 0);
}

}  // namespace turnpike::service
