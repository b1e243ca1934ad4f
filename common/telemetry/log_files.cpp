#include "common/telemetry/log_files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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

/// Writes `text` and `more`, one after the other, and takes from them what was written.
/// Returns: false if not all of it was; errno tells why.
bool write_all(int descriptor, std::string_view& text, std::string_view& more) {
    while (!text.empty() || !more.empty()) {
        const std::array<iovec, 2> parts{iovec{const_cast<char*>(text.data()), text.size()},
                                         iovec{const_cast<char*>(more.data()), more.size()}};
        const ssize_t written = ::writev(descriptor, parts.data(), static_cast<int>(parts.size()));
        if (written > 0) {
            const auto bytes = static_cast<std::size_t>(written);
            const std::size_t of_text = std::min(bytes, text.size());
            text.remove_prefix(of_text);
            more.remove_prefix(bytes - of_text);
        } else if (errno == EAGAIN) {
            if (wait_writable(descriptor)) continue;
            errno = EAGAIN;
            return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
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

std::uint64_t LogFiles::write(LogDestination destination, std::string_view lines, SteadyTime now,
                              bool more_follow) {
    if (!has_name(destination)) return count_lines(lines);
    File& file = files_[destination];
    std::size_t kept = 0;
    if (more_follow && open(file, now) && file.is_regular) {
        kept = (file.size + file.kept.size() + lines.size()) % kPieceBytes;
    }
    if (kept > lines.size()) {
        file.kept += lines;
        return 0;
    }
    const std::uint64_t lost = write(file, lines.substr(0, lines.size() - kept), now);
    file.kept = lines.substr(lines.size() - kept);
    return lost;
}

std::uint64_t LogFiles::write_kept(SteadyTime now) {
    std::uint64_t lost = 0;
    for (File& file : files_) {
        if (!file.kept.empty()) lost += write(file, {}, now);
    }
    return lost;
}

/// What was kept first.
std::uint64_t LogFiles::write(File& file, std::string_view lines, SteadyTime now) {
    std::string_view kept = file.kept;
    if (open(file, now)) {
        file.written_at = now;
        file.size += kept.size() + lines.size();
        if (write_all(file.descriptor, kept, lines)) {
            file.failing = false;
        } else {
            fail(file, now, errno);
        }
    }
    const std::uint64_t lost = count_lines(kept) + count_lines(lines);
    file.kept.clear();
    return lost;
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
    if (file.descriptor < 0) {
        fail(file, now, errno);
        return false;
    }
    struct stat status {};
    file.is_regular = ::fstat(file.descriptor, &status) == 0 && S_ISREG(status.st_mode);
    file.size = static_cast<std::uint64_t>(status.st_size);
    return true;
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
        if (file.kept.empty() && now - file.written_at > kIdleMax) close(file);
    }
}

void LogFiles::close_all() {
    for (File& file : files_) close(file);
}

}  // namespace turnpike::telemetry
