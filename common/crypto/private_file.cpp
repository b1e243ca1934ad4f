#include "common/crypto/private_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/base/random.hpp"

namespace turnpike::crypto {
namespace {

namespace fs = std::filesystem;

Error system_error(std::string_view what, const fs::path& path, int code = errno) {
    return internal_error(std::string(what) + ' ' + path.string() + ": " +
                          std::generic_category().message(code));
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }
    bool is_open() const { return number_ >= 0; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Result<void> make_folders(const fs::path& folder) {
    std::error_code code;
    if (fs::is_directory(folder, code)) return {};
    if (folder.has_parent_path() && folder.parent_path() != folder) {
        if (auto made = make_folders(folder.parent_path()); !made) return made;
    }
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return system_error("cannot make folder", folder);
    }
    return {};
}

Result<void> write_all(int descriptor, std::string_view content, const fs::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_error("cannot write", path);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(descriptor) != 0) return system_error("cannot write", path);
    return {};
}

/// A complete new file beside `path`, to be renamed or linked. Returns: its path.
Result<fs::path> write_beside(const fs::path& path, std::string_view content, mode_t mode) {
    if (auto made = make_folders(folder_of(path)); !made) return made.error();
    fs::path temporary = folder_of(path) / ("." + path.filename().string() + "." + random_id(12));
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!file.is_open()) return system_error("cannot make", temporary);
    // Not subject to the process's umask.
    Result<void> written = ::fchmod(file.number(), mode) == 0
                               ? write_all(file.number(), content, temporary)
                               : Result<void>(system_error("cannot protect", temporary));
    if (!written) {
        ::unlink(temporary.c_str());
        return written.error();
    }
    return temporary;
}

void sync_folder(const fs::path& folder) {
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.is_open()) ::fsync(opened.number());
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::size_t bytes_max, bool secret) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) {
        if (errno == ENOENT) return not_found(path.string() + " does not exist");
        return system_error("cannot open", path);
    }
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return system_error("cannot read", path);
    if (!S_ISREG(status.st_mode)) return invalid(path.string() + " is not a file");
    if (secret && (status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0) {
        return invalid(path.string() + " holds a secret but other users may read or change it");
    }
    std::string content;
    std::string chunk(16'384, '\0');
    while (true) {
        const ssize_t got = ::read(file.number(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error("cannot read", path);
        if (got == 0) return content;
        content.append(chunk, 0, static_cast<std::size_t>(got));
        if (content.size() > bytes_max) return invalid(path.string() + " is too long");
    }
}

Result<void> replace_file(const fs::path& path, std::string_view content, mode_t mode) {
    const auto temporary = write_beside(path, content, mode);
    if (!temporary) return temporary.error();
    if (::rename(temporary->c_str(), path.c_str()) != 0) {
        const int code = errno;
        ::unlink(temporary->c_str());
        return system_error("cannot replace", path, code);
    }
    sync_folder(folder_of(path));
    return {};
}

Result<bool> create_file(const fs::path& path, std::string_view content, mode_t mode) {
    const auto temporary = write_beside(path, content, mode);
    if (!temporary) return temporary.error();
    const int code = ::link(temporary->c_str(), path.c_str()) == 0 ? 0 : errno;
    ::unlink(temporary->c_str());
    if (code == EEXIST) return false;
    if (code != 0) return system_error("cannot make", path, code);
    sync_folder(folder_of(path));
    return true;
}

Result<FileLock> FileLock::acquire(const fs::path& path) {
    if (auto made = make_folders(folder_of(path)); !made) return made.error();
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
    if (!file.is_open()) return system_error("cannot open", path);
    while (::flock(file.number(), LOCK_EX) != 0) {
        if (errno != EINTR) return system_error("cannot lock", path);
    }
    return FileLock(file.release());
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace turnpike::crypto
