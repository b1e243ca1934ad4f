#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.hpp"
#include "data-plane/worker/journal.hpp"
#include "data-plane/worker/key_record.hpp"

namespace turnpike::worker {

/// What is kept of a stage without its record: enough for the routing table and the documents.
struct StageFacts {
    std::string snapshot;         ///< Hash of the deployment document.
    std::string canary_snapshot;  ///< Empty: none.
    bool disable_execute_api_endpoint = false;
    std::uint64_t record_hash = 0;  ///< Tells whether the record changed.
    bool operator==(const StageFacts&) const = default;
};

/// The last state of this worker on disk, from which it starts without Redis: records of stages and
/// plans in a journal, deployment documents in files named by their hash, and known API keys (by
/// HMAC, never a value). One process owns the directory; another one that starts meanwhile, to take
/// over, reads it, keeps its own changes in a private journal, and takes the directory when it can.
/// Nothing here is the truth: what is damaged is dropped and fetched again. Thread: one.
class StateDirectory {
public:
    struct Loaded {
        std::string epoch;  ///< Empty: there is no state.
        std::uint64_t revision = 0;
        std::vector<std::pair<std::string, StageFacts>> stages;  ///< by "<api id>/<stage name>"
        std::vector<std::pair<std::string, std::string>> plans;  ///< id -> record
    };
    /// Makes what is missing. Errors: Internal if the folder cannot be used.
    static Result<std::pair<StateDirectory, Loaded>> open(const std::filesystem::path& folder);

    StateDirectory(StateDirectory&& other) noexcept;
    StateDirectory& operator=(StateDirectory&&) = delete;
    ~StateDirectory();

    /// Changes since the last commit; they count, and can be read, after it.
    void put_stage(std::string_view name, const StageFacts& facts, std::string_view record);
    void put_plan(std::string_view id, std::string_view record);
    void remove_stage(std::string_view name);
    void remove_plan(std::string_view id);
    Result<void> commit(std::string_view epoch, std::uint64_t revision);

    /// Errors: NotFound, Internal.
    Result<std::string> stage_record(const std::string& name) const;

    /// Only what hashes to its name is given. Errors: NotFound.
    Result<std::string> blob(std::string_view hash) const;
    bool has_blob(std::string_view hash) const;
    Result<void> put_blob(std::string_view hash, std::string_view bytes);
    /// Removes documents that are not in the set and were written a while ago.
    void collect_blobs(const std::set<std::string>& referenced);

    KnownKeys load_keys() const;
    Result<void> save_keys(const KnownKeys& keys);

    /// Whether this process owns the directory; tries to, if it does not.
    bool try_own();

private:
    struct Location {  // of a record's value in the journal
        std::uint64_t offset = 0;
        std::uint32_t bytes = 0;
        std::uint32_t prefix_bytes = 0;  // before the record proper: the facts of a stage
    };
    using Locations = std::map<std::string, Location, std::less<>>;  // by kind and name

    StateDirectory(std::filesystem::path folder, Journal journal)
        : folder_(std::move(folder)), journal_(std::move(journal)) {}
    bool lock();
    Result<void> rewrite(Journal target);
    Result<void> rewrite_named();
    void put(char kind, std::string_view name, std::string_view prefix, std::string_view record);
    void remove(char kind, std::string_view name);
    std::filesystem::path blob_path(std::string_view hash) const;

    std::filesystem::path folder_;
    Journal journal_;
    int lock_ = -1;
    Locations live_;
    std::uint64_t live_bytes_ = 0;
    std::vector<std::pair<std::string, std::optional<Location>>> staged_;
    std::string epoch_;
    std::uint64_t revision_ = 0;
};

/// Lower-case hexadecimal SHA-256, the only form that names a document.
bool is_blob_hash(std::string_view text);

}  // namespace turnpike::worker
