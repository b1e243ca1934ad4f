#include "control-plane/access/signing_time.hpp"

#include <algorithm>
#include <array>

namespace turnpike::access {
namespace {

struct Parts {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
};

std::optional<WallTime> to_time(const Parts& parts) {
    const std::chrono::year_month_day date{std::chrono::year{parts.year},
                                           std::chrono::month{parts.month},
                                           std::chrono::day{parts.day}};
    // Outside these a WallTime of nanoseconds overflows sooner or later in sums.
    const bool is_in_range = parts.year >= 1970 && parts.year <= 2200;
    const bool exists =
        is_in_range && date.ok() && parts.hour < 24 && parts.minute < 60 && parts.second < 60;
    if (!exists) return std::nullopt;
    return WallTime{std::chrono::sys_days{date} + std::chrono::hours{parts.hour} +
                    std::chrono::minutes{parts.minute} + Seconds{parts.second}};
}

/// Requires: text that `has_shape`.
int number(std::string_view text, std::size_t start, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(start, length)) value = value * 10 + (c - '0');
    return value;
}

/// '0' in the shape stands for a digit, 'a' for a letter, anything else for itself.
bool has_shape(std::string_view text, std::string_view shape) {
    const auto fits = [](char c, char wanted) {
        if (wanted == '0') return c >= '0' && c <= '9';
        if (wanted == 'a') return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return c == wanted;
    };
    return std::equal(text.begin(), text.end(), shape.begin(), shape.end(), fits);
}

}  // namespace

std::optional<WallTime> parse_basic_time(std::string_view text) {
    if (!has_shape(text, "00000000T000000Z")) return std::nullopt;
    return to_time({.year = number(text, 0, 4),
                    .month = static_cast<unsigned>(number(text, 4, 2)),
                    .day = static_cast<unsigned>(number(text, 6, 2)),
                    .hour = number(text, 9, 2),
                    .minute = number(text, 11, 2),
                    .second = number(text, 13, 2)});
}

std::optional<WallTime> parse_http_time(std::string_view text) {
    constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (!has_shape(text, "aaa, 00 aaa 0000 00:00:00 aaa") || !text.ends_with("GMT")) {
        return std::nullopt;
    }
    const auto* const month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
    if (month == kMonths.end()) return std::nullopt;
    return to_time({.year = number(text, 12, 4),
                    .month = static_cast<unsigned>(month - kMonths.begin()) + 1,
                    .day = static_cast<unsigned>(number(text, 5, 2)),
                    .hour = number(text, 17, 2),
                    .minute = number(text, 20, 2),
                    .second = number(text, 23, 2)});
}

}  // namespace turnpike::access
