#include "common/base/clock.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace turnpike {
namespace {

std::tm utc(WallTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm broken_down{};
    gmtime_r(&seconds, &broken_down);
    return broken_down;
}

// Names are spelled here because strftime would follow the process's locale.
constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

template <typename... Arguments>
std::string format(const char* pattern, Arguments... arguments) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), pattern, arguments...);
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

SteadyTime steady_now() { return std::chrono::steady_clock::now(); }
WallTime wall_now() { return std::chrono::system_clock::now(); }

std::string to_iso8601(WallTime time) {
    const std::tm t = utc(time);
    return format("%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                  t.tm_hour, t.tm_min, t.tm_sec);
}

std::string to_iso8601_milliseconds(WallTime time) {
    const std::tm t = utc(time);
    return format("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                  t.tm_hour, t.tm_min, t.tm_sec, static_cast<int>(epoch_milliseconds(time) % 1000));
}

std::string to_iso8601_basic(WallTime time) {
    const std::tm t = utc(time);
    return format("%04d%02d%02dT%02d%02d%02dZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                  t.tm_hour, t.tm_min, t.tm_sec);
}

std::string to_http_date(WallTime time) {
    const std::tm t = utc(time);
    return format("%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[static_cast<std::size_t>(t.tm_wday)],
                  t.tm_mday, kMonths[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900,
                  t.tm_hour, t.tm_min, t.tm_sec);
}

std::string to_clf_date(WallTime time) {
    const std::tm t = utc(time);
    return format("%02d/%s/%04d:%02d:%02d:%02d +0000", t.tm_mday,
                  kMonths[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour,
                  t.tm_min, t.tm_sec);
}

std::int64_t epoch_seconds(WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::int64_t epoch_milliseconds(WallTime time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace turnpike
