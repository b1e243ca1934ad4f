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

    /// Writes whole lines. If more come soon, a regular file is written in pieces that end at
    /// multiples of kPieceBytes, which costs the kernel half as much, and the rest is kept until
    /// then, or until write_kept(). Returns: how many were lost, of those kept before as well.
    std::uint64_t write(LogDestination destination, std::string_view lines, SteadyTime now,
                        bool more_follow);
    /// Returns: how many lines were lost.
    std::uint64_t write_kept(SteadyTime now);
    void close_idle(SteadyTime now);
    /// Opens everything anew when next written to. Requires: nothing is kept.
    void close_all();

    static constexpr std::size_t kPieceBytes = 64U * 1024U;

private:
    struct File {
        std::string path;
        std::string kept;
        int descriptor = -1;
        bool is_regular = false;
        std::uint64_t size = 0;  // as far as this process wrote it
        bool failing = false;
        SteadyTime retry_at;
        SteadyTime written_at;
    };
    bool open(File& file, SteadyTime now);
    std::uint64_t write(File& file, std::string_view lines, SteadyTime now);
    void fail(File& file, SteadyTime now, int error);
    static void close(File& file);

    Report report_;
    std::vector<File> files_;  // by destination
};

}  // namespace turnpike::telemetry
