#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "common/base/clock.hpp"
#include "common/telemetry/json_line.hpp"
#include "common/telemetry/log_format.hpp"

namespace turnpike::telemetry {

/// Where lines go: the default log, or a file that stages name. Small numbers, given by AccessLog.
using LogDestination = std::uint32_t;

class LogChannel;
struct LogBlock;

/// One reactor's end of the access log: formats lines into a block of its own; full blocks, and
/// started ones at each tick, go to the flusher through a queue without locks. If the flusher falls
/// behind by 16 blocks of 64 KiB, lines are dropped and counted; the reactor never waits.
/// Thread: its reactor's, or any while no reactor runs. Flushes when it dies.
class AccessLogWriter {
public:
    explicit AccessLogWriter(std::shared_ptr<LogChannel> channel);
    ~AccessLogWriter();
    AccessLogWriter(const AccessLogWriter&) = delete;
    AccessLogWriter& operator=(const AccessLogWriter&) = delete;

    /// Nothing for kNone; for kNoRoom the line counts as dropped.
    void write(LogDestination destination, const LogFormat& format, const LogValues& values);
    void write(LogDestination destination, const JsonLine& line);
    /// Whole lines, each with its end. As above.
    void write(LogDestination destination, std::string_view lines);
    /// Hands on what there is; to be called about every 200 ms.
    void tick();

private:
    /// Returns: false if they have nowhere to go; unless on purpose, they are counted as dropped.
    bool take_block(LogDestination destination, std::uint64_t lines);
    void end_run(LogDestination destination, std::uint64_t lines);
    void hand_over();
    std::shared_ptr<LogChannel> channel_;
    LogBlock* block_ = nullptr;  // the channel's
};

/// The access logs of one process: destinations, and the thread that writes them to files.
class AccessLog {
public:
    struct Options {
        /// File of the default log; "-" for standard output; empty for none.
        std::string default_file;
        /// Folder for the files of destinations that stages name.
        std::string folder;
        std::size_t destinations_max = 1024;
        /// Told of files that cannot be written, once until they can again. Thread: the flusher's.
        std::function<void(std::string_view file, std::string_view reason)> report;
    };
    static constexpr LogDestination kDefault = 0;
    static constexpr LogDestination kNone = 0xffffffff;
    /// Of what should have a file; its lines count as dropped.
    static constexpr LogDestination kNoRoom = 0xfffffffe;

    explicit AccessLog(Options options);
    /// Writes what writers handed over, then joins. Writers may outlive it; their lines are lost.
    ~AccessLog();
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    /// The default destination: kNone if there is no default log. Thread: any.
    LogDestination default_destination() const;
    /// The file for a stage's destinationArn, or of its canary, see log_file_name(). Not for the
    /// request path. Returns: kNoRoom once there are destinations_max. Thread: any.
    LogDestination destination(std::string_view destination_arn, bool is_canary = false);
    /// The file of a stage's execution log, see execution_log_file_name(). As above.
    LogDestination execution_destination(std::string_view api_id, std::string_view stage,
                                         bool is_canary);

    /// One per reactor. Thread: any.
    std::unique_ptr<AccessLogWriter> make_writer();
    /// Opens all files anew, for log rotation; soon, on the flusher's thread. Thread: any.
    void reopen();

    /// Since the start; lines that a slow flusher, a full disk or want of files lost. Thread: any.
    std::uint64_t dropped_lines() const;
    std::uint64_t written_lines() const;

private:
    struct Shared;
    void run();

    std::shared_ptr<Shared> shared_;
    std::thread flusher_;
};

/// File name for a log group or delivery stream: "arn:aws:logs:…:log-group:/my/api:*" gives
/// "_my_api-<hash>.log"; names of letters, digits, "-", "_" and "." are kept as they are. Never
/// leaves the folder. That of a canary is the name of the log group with "/Canary" behind it.
std::string log_file_name(std::string_view destination_arn, bool is_canary = false);
/// "API-Gateway-Execution-Logs_abc123/prod.log", that of a canary ".../prod/Canary.log": the
/// names of the service's log groups. Requires: names of an API and a stage.
std::string execution_log_file_name(std::string_view api_id, std::string_view stage,
                                    bool is_canary);

}  // namespace turnpike::telemetry
