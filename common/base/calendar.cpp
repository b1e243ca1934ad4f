#include "common/base/calendar.hpp"

#include "common/base/text.hpp"

namespace turnpike {
namespace {

using std::chrono::year_month_day;

constexpr int kYearMin = 1970;
constexpr int kYearMax = 2200;

/// Digits only, where the general parser also takes a sign. Returns: -1 on anything else.
int number(std::string_view digits) {
    if (digits.find_first_not_of("0123456789") != std::string_view::npos) return -1;
    return static_cast<int>(parse_integer(digits).value_or(-1));
}

std::string two_digits(unsigned value) {
    return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

}  // namespace

std::optional<CalendarDay> parse_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const int year = number(text.substr(0, 4));
    const int month = number(text.substr(5, 2));
    const int day = number(text.substr(8, 2));
    if (month < 0 || day < 0 || year < kYearMin || year > kYearMax) return std::nullopt;
    const year_month_day date{std::chrono::year(year),
                              std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    return CalendarDay(date);
}

std::string day_text(CalendarDay day) {
    const year_month_day date(day);
    return std::to_string(static_cast<int>(date.year())) + "-" +
           two_digits(static_cast<unsigned>(date.month())) + "-" +
           two_digits(static_cast<unsigned>(date.day()));
}

CalendarDay day_of(WallTime time) { return std::chrono::floor<std::chrono::days>(time); }

}  // namespace turnpike
