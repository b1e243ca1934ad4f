#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "control-plane/publish/batch.hpp"

namespace turnpike::publish {

/// Writes what is published to Redis, in the form of docs/publishing.md. Every method may fail with
/// what redis::Client gives. Thread: the publisher's.
class RedisWriter {
public:
    struct Options {
        std::size_t stream_entries_max = 20'000;
        Milliseconds timeout{5000};
    };
    RedisWriter(redis::Client& redis, snapshot::PublishedNames names, Options options)
        : redis_(redis), names_(std::move(names)), options_(options) {}

    struct Position {
        std::string epoch;           ///< Empty: nothing complete is published here.
        std::uint64_t revision = 0;  ///< 0: none.
    };
    Result<Position> position();
    /// Whether all servers still hold what was published in this epoch: a server of a cluster that
    /// came back empty, or without its last moments, has older marks than the others. Requires for
    /// publish(): the last answer was yes, or what is there was published anew since.
    Result<bool> is_whole(std::string_view epoch);

    /// Puts the documents that Redis does not have.
    Result<void> write_blobs(PublicationSource& source, const std::vector<std::string>& hashes,
                             const Complain& complain);
    /// Keys first, then everything else with the entry of the stream in one step.
    /// Errors: Conflict if Redis holds another epoch or a revision that is not smaller, or a server
    /// forgot something: it was emptied, or another control plane leads.
    Result<void> publish(const Batch& batch, std::string_view epoch, std::uint64_t revision);

    /// Publishing anew, in three steps; until the last one workers keep what they have.
    Result<void> begin_anew();
    Result<void> add_anew(const Batch& batch, std::uint64_t revision);
    /// Removes stages and plans that are not in the sets. Errors: Conflict if a server forgot what
    /// was added, or another control plane leads.
    Result<void> finish_anew(std::string_view epoch, std::uint64_t revision,
                             const std::set<std::string>& stage_names,
                             const std::set<std::string>& plan_ids);

    /// Removes documents that no stage points to and that the last call saw unreferenced too: a
    /// worker that has just read a stage can still fetch what it pointed to. Also forgets workers
    /// that gave no word since `forget_before_ms`.
    Result<void> collect(std::int64_t forget_before_ms);

private:
    Result<void> move_marks(std::string_view epoch, std::uint64_t revision);
    /// Tells in the slot of the epoch that nothing was forgotten since begin_anew(); only we read
    /// it.
    std::string filling() const { return names_.epoch() + ":filling"; }
    Result<redis::Reply> call(redis::Command command);
    Result<void> run(std::vector<redis::Command> commands);
    Result<std::vector<std::string>> write_keys(const std::vector<Batch::Key>& keys,
                                                std::uint64_t revision);
    redis::Command key_command(std::string_view lookup, std::uint64_t revision,
                               std::string_view record) const;
    Result<void> remove_matching(const std::string& pattern);
    Result<void> remove_others(const std::string& hash, const std::set<std::string>& kept);
    Result<std::set<std::string>> referenced_blobs();
    Result<void> remove_unreferenced(const std::set<std::string>& referenced);
    Result<void> forget_workers(std::int64_t before_ms);

    redis::Client& redis_;
    snapshot::PublishedNames names_;
    Options options_;
    std::string marks_;  ///< What all marks said last.
    std::set<std::string> unreferenced_;
};

}  // namespace turnpike::publish
