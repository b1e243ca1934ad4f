#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/telemetry/access_log.hpp"

namespace turnpike::telemetry {

/// The open files of the flusher. Files are opened when something is to be written, made with mode
/// 0640, and closed after a minute without lines. What cannot be written is counted and dropped; a
/// file that failed is tried again after a second. Thread: the flusher's.
class LogFiles {
public:
    using Report = std::function<void(std::string_view file, std::string_view reason)>;
    explicit LogFiles(Report report) : report_(std::move(report)) {}
    ~LogFiles();
    LogFiles(const LogFiles&) = delete;
    LogFiles& operator=(const LogFiles&) = delete;

    /// Tells the path of a destination; "-" is standard output.
    void name(LogDestination destination, std::string path);
    bool has_name(LogDestination destination) const;

    /// Writes whole lines. Returns: how many were lost.
    std::uint64_t write(LogDestination destination, std::string_view lines, SteadyTime now);
    void close_idle(SteadyTime now);
    /// Opens everything anew when next written to.
    void close_all();

private:
    struct File {
        std::string path;
        int descriptor = -1;
        bool failing = false;
        SteadyTime retry_at;
        SteadyTime written_at;
    };
    bool open(File& file, SteadyTime now);
    void fail(File& file, SteadyTime now, int error);
    static void close(File& file);

    Report report_;
    std::vector<File> files_;  // by destination
};

}  // namespace turnpike::telemetry
