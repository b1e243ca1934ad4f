#include "common/limits/window.hpp"

#include <algorithm>
#include <array>

namespace turnpike::limits {

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

std::optional<QuotaPeriod> parse_quota_period(std::string_view text) {
    const auto* known =
        std::find_if(kPeriods.begin(), kPeriods.end(),
                     [text](const PeriodName& entry) { return entry.name == text; });
    if (known == kPeriods.end()) return std::nullopt;
    return known->period;
}

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

}  // namespace turnpike::limits
