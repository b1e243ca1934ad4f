#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "common/snapshot/routing_table.hpp"
#include "common/snapshot/stage.hpp"
#include "data-plane/worker/key_directory.hpp"
#include "data-plane/worker/maybe_task.hpp"
#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/snapshot_slot.hpp"
#include "data-plane/worker/test_job.hpp"

namespace turnpike::worker {

/// A reactor and what the loader keeps up to date on it.
struct ReactorPort {
    Reactor* reactor = nullptr;
    SnapshotSlot* slot = nullptr;
    KeyDirectory* keys = nullptr;
};

/// Keeps the reactors' configuration equal to what is published: starts from the state directory,
/// then follows Redis; fetches and compiles on its own thread; installs by posting to each reactor;
/// saves; then acknowledges the revision. What cannot be compiled keeps its last good form and is
/// reported. Redis away: goes on with what it has.
/// Thread: start() and stop() on the thread that made it; load_stage() on reactors; the rest on
/// any.
class Loader {
public:
    struct Options {
        std::string redis_url;   ///< For the client that follows the stream.
        std::string name_space;  ///< Prefix of the keys in Redis.
        std::string state_directory;
        std::string worker_id;  ///< Unique and kept over restarts; see worker_id_of().
        std::string host;
        std::vector<std::string> listen;
        std::size_t compiled_bytes_max = std::size_t{256} << 20U;
        std::size_t waiting_stages_max = 10'000;  ///< Calls of load_stage() not yet answered.
        Milliseconds heartbeat{2000};
        Milliseconds stream_block{1000};
        Milliseconds redis_timeout{5000};
    };
    using Report = std::function<void(const std::string& text, bool is_warning)>;

    /// `redis` is for everything but the stream. `ports` and what they point to must outlive
    /// stop().
    Loader(Options options, redis::Client& redis, std::vector<ReactorPort> ports,
           snapshot::CompiledStage::MeterSlots slots, Report report);
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    /// Lets control planes have methods tested here. To be called before start().
    void use_tests(RunTest run);
    /// Posts the state on disk to the reactors, if there is one, before it returns; Redis follows
    /// on the loader's thread. Requires: reactors run, or will.
    void start();
    /// Requires: reactors still run, or run no more and will not be asked.
    void stop();

    /// A full configuration, from disk or from Redis, is installed on every reactor.
    bool is_ready() const;
    /// Redis answered last time; false means degraded.
    bool is_connected() const;
    /// Installed on every reactor.
    std::uint64_t revision() const;

    /// The compiled stage of this entry: at once from the calling reactor's slot, else compiled on
    /// the loader's thread.
    /// Errors: NotFound (deleted meanwhile), Invalid (cannot be compiled), Unavailable (its
    /// document is neither on disk nor to be had from Redis now, or too many wait).
    MaybeTask<Result<std::shared_ptr<const snapshot::CompiledStage>>> load_stage(
        const ReactorPort& port, const snapshot::StageEntry& entry);

    /// For KeyDirectoryShared::on_learned. Thread: any.
    void remember_key(const std::string& lookup, const KeyRecord& record);
    /// For KeyDirectoryShared::recall. Thread: any; `done` comes on the loader's.
    void recall_key(const std::string& lookup, std::function<void(const KeyRecord&)> done);

    class Impl;  // loader_impl.hpp

private:
    std::shared_ptr<Impl> impl_;
};

/// Id of this worker: kept in the state directory, made at random the first time. Two processes on
/// one state directory (a binary taking over from another) get different ids.
std::string worker_id_of(const std::string& state_directory);

}  // namespace turnpike::worker
