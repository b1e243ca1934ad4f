#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace turnpike::crypto {

inline constexpr mode_t kOwnerOnly = 0600;
inline constexpr mode_t kPublic = 0644;

/// Whole content. Errors: NotFound, Invalid (longer than `bytes_max`, or a secret that every user
/// can read: `secret` refuses permissions for others), Internal (the system's reason in `detail`).
Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max,
                              bool secret);

/// Puts a new file in the place of the old in one step, on disk when it returns: a reader or a
/// crash sees the old or the new content, never a part. Makes missing folders, for the owner only.
Result<void> replace_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

/// As replace_file, but never over an existing file. Returns: false if there is one already.
Result<bool> create_file(const std::filesystem::path& path, std::string_view content, mode_t mode);

/// Held by one process at a time; the kernel lets go when the process dies.
class FileLock {
public:
    /// Waits. Makes the file, and folders, that are missing.
    static Result<FileLock> acquire(const std::filesystem::path& path);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace turnpike::crypto
