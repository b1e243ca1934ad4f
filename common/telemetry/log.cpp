#include "common/telemetry/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>

#include "common/telemetry/log_format.hpp"

namespace turnpike::telemetry {
namespace {

/// The process has one standard error, so there is one logger; made when first used, so that it
/// works before main() has read any settings.
spdlog::logger& logger() {
    static const std::unique_ptr<spdlog::logger> made = [] {
        auto process_log = std::make_unique<spdlog::logger>(
            "turnpike", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        process_log->set_formatter(std::make_unique<spdlog::pattern_formatter>(
            "%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc));
        process_log->flush_on(spdlog::level::debug);
        process_log->set_level(spdlog::level::info);
        return process_log;
    }();
    return *made;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::Debug:
            return spdlog::level::debug;
        case LogLevel::Info:
            return spdlog::level::info;
        case LogLevel::Warning:
            return spdlog::level::warn;
        case LogLevel::Error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view to_text(LogLevel level) {
    switch (level) {
        case LogLevel::Debug:
            return "debug";
        case LogLevel::Info:
            return "info";
        case LogLevel::Warning:
            return "warning";
        case LogLevel::Error:
            return "error";
    }
    return "info";
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    append_escaped(out, text);
    out += '"';
}

void append_value(std::string& out, const LogField::Value& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        append_quoted(out, *text);
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        out += std::to_string(*whole);
    } else if (const auto* number = std::get_if<double>(&value)) {
        out += fmt::format("{:g}", *number);
    } else {
        out += std::get<bool>(value) ? "true" : "false";
    }
}

void log(LogLevel level, std::string_view message, LogFields fields) {
    spdlog::logger& process_log = logger();
    if (!process_log.should_log(to_spdlog(level))) return;
    const std::string line = format_log_line(level, message, fields);
    process_log.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

std::string format_log_line(LogLevel level, std::string_view message, LogFields fields) {
    std::string line(to_text(level));
    line += ' ';
    append_quoted(line, message);
    for (const LogField& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        append_value(line, field.value);
    }
    return line;
}

void log_debug(std::string_view message, LogFields fields) {
    log(LogLevel::Debug, message, fields);
}
void log_info(std::string_view message, LogFields fields) { log(LogLevel::Info, message, fields); }
void log_warning(std::string_view message, LogFields fields) {
    log(LogLevel::Warning, message, fields);
}
void log_error(std::string_view message, LogFields fields) {
    log(LogLevel::Error, message, fields);
}

void set_log_level(LogLevel level) { logger().set_level(to_spdlog(level)); }

LogLevel parse_log_level(std::string_view text) {
    if (text == "debug" || text == "trace") return LogLevel::Debug;
    if (text == "warning") return LogLevel::Warning;
    return text == "error" ? LogLevel::Error : LogLevel::Info;
}

}  // namespace turnpike::telemetry
