#include "data-plane/worker/journal.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace turnpike::worker {

namespace {

struct Header {
    std::uint64_t checksum;  // of everything after it
    std::uint32_t name_bytes;
    std::uint32_t value_bytes;
    char kind;
    char padding[7];
};
static_assert(sizeof(Header) == 24);

constexpr std::size_t kChecksumBytes = sizeof(std::uint64_t);
constexpr mode_t kOwnerOnly = 0600;

std::uint64_t checksum(std::string_view bytes) {
    // FNV-1a by words: against torn writes, not against an enemy.
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325 ^ bytes.size();
    while (!bytes.empty()) {
        std::uint64_t word = 0;
        const std::size_t taken = std::min(bytes.size(), sizeof word);
        std::memcpy(&word, bytes.data(), taken);
        bytes.remove_prefix(taken);
        hash = (hash ^ word) * 0x100'0000'01b3;
        hash ^= hash >> 32U;
    }
    return hash;
}

Error failed(const std::string& what) {
    return internal_error(what + ": " + std::generic_category().message(errno));
}

/// Read-only view of a whole file.
class Mapping {
public:
    Mapping(int descriptor, std::size_t bytes) : bytes_(bytes) {
        if (bytes_ > 0) {
            start_ = ::mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
        }
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (is_mapped()) ::munmap(start_, bytes_);
    }
    std::string_view view() const {
        return is_mapped() ? std::string_view(static_cast<const char*>(start_), bytes_)
                           : std::string_view{};
    }

private:
    bool is_mapped() const { return bytes_ > 0 && start_ != MAP_FAILED; }
    void* start_ = MAP_FAILED;
    std::size_t bytes_;
};

/// The record at `offset`, if it is whole. `end` is set to what follows it.
std::optional<Journal::Record> record_at(std::string_view file, std::uint64_t offset,
                                         std::uint64_t& end) {
    if (file.size() - offset < sizeof(Header)) return std::nullopt;
    Header header;
    std::memcpy(&header, file.data() + offset, sizeof header);
    const std::uint64_t body = std::uint64_t{header.name_bytes} + std::uint64_t{header.value_bytes};
    if (file.size() - offset - sizeof(Header) < body) return std::nullopt;
    end = offset + sizeof(Header) + body;
    const std::string_view covered =
        file.substr(offset + kChecksumBytes, end - offset - kChecksumBytes);
    if (checksum(covered) != header.checksum) return std::nullopt;
    const std::uint64_t name = offset + sizeof(Header);
    const std::uint64_t value = name + header.name_bytes;
    return Journal::Record{header.kind, file.substr(name, header.name_bytes),
                           file.substr(value, header.value_bytes), value};
}

}  // namespace

Result<Journal> Journal::open(const std::filesystem::path& path,
                              const std::function<void(const Record&)>& visit) {
    Journal journal(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
    if (journal.descriptor_ < 0) return failed("cannot open " + path.string());
    struct stat status {};
    if (::fstat(journal.descriptor_, &status) != 0)
        return failed("cannot look at " + path.string());
    const Mapping mapping(journal.descriptor_, static_cast<std::size_t>(status.st_size));
    const std::string_view file = mapping.view();

    std::vector<Record> uncommitted;
    std::uint64_t at = 0;
    std::uint64_t end = 0;
    while (const std::optional<Record> record = record_at(file, at, end)) {
        at = end;
        uncommitted.push_back(*record);
        if (record->kind != kCommit) continue;
        for (const Record& counted : uncommitted) visit(counted);
        uncommitted.clear();
        journal.written_ = at;
    }
    return journal;
}

Result<Journal> Journal::create_private(const std::filesystem::path& folder) {
    // Not O_TMPFILE: overlay file systems of older kernels do not have it.
    const std::filesystem::path path = folder / ("private." + std::to_string(::getpid()));
    Result<Journal> journal = create_named(path);
    if (journal) ::unlink(path.c_str());
    return journal;
}

Result<Journal> Journal::create_named(const std::filesystem::path& path) {
    Journal journal(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly));
    if (journal.descriptor_ < 0) return failed("cannot make " + path.string());
    return journal;
}

Journal::Journal(Journal&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      written_(other.written_),
      buffer_(std::move(other.buffer_)) {}

Journal& Journal::operator=(Journal&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(written_, other.written_);
    std::swap(buffer_, other.buffer_);
    return *this;
}

Journal::~Journal() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::uint64_t Journal::append(char kind, std::string_view name, std::string_view value) {
    Header header{};
    header.name_bytes = static_cast<std::uint32_t>(name.size());
    header.value_bytes = static_cast<std::uint32_t>(value.size());
    header.kind = kind;
    const std::size_t start = buffer_.size();
    buffer_.append(reinterpret_cast<const char*>(&header), sizeof header);
    buffer_ += name;
    const std::uint64_t offset = written_ + buffer_.size();
    buffer_ += value;
    const std::uint64_t sum = checksum(std::string_view(buffer_).substr(start + kChecksumBytes));
    std::memcpy(buffer_.data() + start, &sum, sizeof sum);
    return offset;
}

Result<void> Journal::commit(std::string_view name, std::string_view value) {
    append(kCommit, name, value);
    std::string_view left = buffer_;
    std::uint64_t at = written_;
    while (!left.empty()) {
        const ssize_t bytes =
            ::pwrite(descriptor_, left.data(), left.size(), static_cast<off_t>(at));
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes <= 0) {
            const Error error = failed("cannot write the state");
            buffer_.clear();
            return error;
        }
        left.remove_prefix(static_cast<std::size_t>(bytes));
        at += static_cast<std::uint64_t>(bytes);
    }
    // What a torn commit of an earlier process left behind must not be read as following this one.
    if (::ftruncate(descriptor_, static_cast<off_t>(at)) != 0) {
        buffer_.clear();
        return failed("cannot cut the state");
    }
    written_ = at;
    buffer_.clear();
    return {};
}

Result<std::string> Journal::read(std::uint64_t offset, std::size_t bytes) const {
    std::string value(bytes, '\0');
    std::size_t done = 0;
    while (done < bytes) {
        const ssize_t count = ::pread(descriptor_, value.data() + done, bytes - done,
                                      static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return failed("cannot read the state");
        done += static_cast<std::size_t>(count);
    }
    return value;
}

Result<void> Journal::sync() const {
    if (::fsync(descriptor_) != 0) return failed("cannot flush the state");
    return {};
}

}  // namespace turnpike::worker
