#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace turnpike::worker {

/// A file of records that is only appended to. Each record carries a checksum; what was appended
/// since the last commit counts only once that commit is whole, so a crash leaves the state before
/// or after it. Thread: one.
class Journal {
public:
    /// One record: its kind, a name, and bytes.
    struct Record {
        char kind = 0;
        std::string_view name;
        std::string_view value;
        std::uint64_t offset = 0;  ///< Of the value, for read().
    };
    static constexpr char kCommit = 'C';  ///< Kind of the record that ends a commit.

    /// Calls `visit` for each committed record, commits included, and opens the file for appending
    /// after the last. A missing file is an empty one.
    static Result<Journal> open(const std::filesystem::path& path,
                                const std::function<void(const Record&)>& visit);
    /// An empty file without a name, gone with the process; or an empty one of that name.
    static Result<Journal> create_private(const std::filesystem::path& folder);
    static Result<Journal> create_named(const std::filesystem::path& path);

    Journal(Journal&& other) noexcept;
    Journal& operator=(Journal&& other) noexcept;
    ~Journal();

    /// Buffers a record. Returns: where its value will be.
    std::uint64_t append(char kind, std::string_view name, std::string_view value);
    /// Appends the commit record and writes everything. On an error nothing of it counts.
    Result<void> commit(std::string_view name, std::string_view value);
    Result<std::string> read(std::uint64_t offset, std::size_t bytes) const;
    Result<void> sync() const;
    std::uint64_t size() const { return written_ + buffer_.size(); }

private:
    explicit Journal(int descriptor) : descriptor_(descriptor) {}

    int descriptor_ = -1;
    std::uint64_t written_ = 0;
    std::string buffer_;
};

}  // namespace turnpike::worker
