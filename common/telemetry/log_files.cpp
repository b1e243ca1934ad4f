#include "common/telemetry/log_files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace turnpike::telemetry {
namespace {

constexpr Seconds kRetryAfter{1};
constexpr Seconds kIdleMax{60};
constexpr int kStallMsMax = 1000;
constexpr std::string_view kStandardOutput = "-";

std::uint64_t count_lines(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Waits for a pipe whose reader is slow. Returns: false if it stays full.
bool wait_writable(int descriptor) {
    pollfd waiting{descriptor, POLLOUT, 0};
    return poll(&waiting, 1, kStallMsMax) > 0;
}

/// Returns: what could not be written; errno tells why.
std::string_view write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            if (wait_writable(descriptor)) continue;
            errno = EAGAIN;
            return text;
        } else if (errno != EINTR) {
            return text;
        }
    }
    return text;
}

}  // namespace

LogFiles::~LogFiles() { close_all(); }

void LogFiles::name(LogDestination destination, std::string path) {
    if (destination >= files_.size()) files_.resize(destination + 1);
    files_[destination].path = std::move(path);
}

bool LogFiles::has_name(LogDestination destination) const {
    return destination < files_.size() && !files_[destination].path.empty();
}

std::uint64_t LogFiles::write(LogDestination destination, std::string_view lines, SteadyTime now) {
    if (!has_name(destination)) return count_lines(lines);
    File& file = files_[destination];
    if (!open(file, now)) return count_lines(lines);
    file.written_at = now;
    const std::string_view lost = write_all(file.descriptor, lines);
    if (lost.empty()) {
        file.failing = false;
        return 0;
    }
    fail(file, now, errno);
    return count_lines(lost);
}

bool LogFiles::open(File& file, SteadyTime now) {
    if (file.failing && now < file.retry_at) return false;
    if (file.descriptor >= 0) return true;
    if (file.path == kStandardOutput) {
        file.descriptor = STDOUT_FILENO;
        return true;
    }
    // Without blocking: a pipe that nobody reads must not hold up the other files.
    constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK;
    file.descriptor = ::open(file.path.c_str(), kFlags, 0640);
    if (file.descriptor < 0 && errno == ENOENT) {
        std::error_code ignored;  // open tells
        std::filesystem::create_directories(std::filesystem::path(file.path).parent_path(),
                                            ignored);
        file.descriptor = ::open(file.path.c_str(), kFlags, 0640);
    }
    if (file.descriptor < 0) fail(file, now, errno);
    return file.descriptor >= 0;
}

void LogFiles::fail(File& file, SteadyTime now, int error) {
    if (!file.failing && report_) report_(file.path, std::generic_category().message(error));
    file.failing = true;
    file.retry_at = now + kRetryAfter;
    close(file);
}

void LogFiles::close(File& file) {
    if (file.descriptor >= 0 && file.path != kStandardOutput) ::close(file.descriptor);
    file.descriptor = -1;
}

void LogFiles::close_idle(SteadyTime now) {
    for (File& file : files_) {
        if (file.descriptor >= 0 && now - file.written_at > kIdleMax) close(file);
    }
}

void LogFiles::close_all() {
    for (File& file : files_) close(file);
}

}  // namespace turnpike::telemetry
