#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace turnpike::telemetry {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

/// One key=value of a log line. Lifetime: of what it was made from.
struct LogField {
    using Value = std::variant<std::string_view, std::int64_t, double, bool>;
    std::string_view key;
    Value value;

    LogField(std::string_view its_key, std::string_view text) : key(its_key), value(text) {}
    LogField(std::string_view its_key, const std::string& text)
        : key(its_key), value(std::string_view(text)) {}
    LogField(std::string_view its_key, const char* text)
        : key(its_key), value(std::string_view(text)) {}
    LogField(std::string_view its_key, bool flag) : key(its_key), value(flag) {}
    LogField(std::string_view its_key, double number) : key(its_key), value(number) {}
    template <typename Integer>
        requires std::is_integral_v<Integer>
    LogField(std::string_view its_key, Integer number)
        : key(its_key), value(static_cast<std::int64_t>(number)) {}
};
using LogFields = std::initializer_list<LogField>;

/// The process log: one line each on standard error, for whoever runs the process:
///     2026-03-29T21:05:07.123Z info "listening" address="[::]:8443" threads=2
/// Texts are quoted and escaped as in JSON, so no value can make a second line. Never secrets.
/// Thread: any; not for the request path, where the access log is.
void log_debug(std::string_view message, LogFields fields = {});
void log_info(std::string_view message, LogFields fields = {});
void log_warning(std::string_view message, LogFields fields = {});
void log_error(std::string_view message, LogFields fields = {});

/// Lines below are not written. Default: Info.
void set_log_level(LogLevel level);
/// "debug", "info", "warning", "error"; anything else is Info.
LogLevel parse_log_level(std::string_view text);

/// The text of a line, without time and line end; for tests.
std::string format_log_line(LogLevel level, std::string_view message, LogFields fields);

}  // namespace turnpike::telemetry
