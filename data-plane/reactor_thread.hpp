#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "common/base/result.hpp"
#include "common/telemetry/access_log.hpp"
#include "common/telemetry/meters.hpp"
#include "data-plane/cache/response_cache.hpp"
#include "data-plane/integration/names.hpp"
#include "data-plane/integration/resolver.hpp"
#include "data-plane/integration/upstreams.hpp"
#include "data-plane/limits/key_usage.hpp"
#include "data-plane/limits/limiter.hpp"
#include "data-plane/net/server.hpp"
#include "data-plane/pipeline/driver.hpp"
#include "data-plane/pipeline/recorder.hpp"
#include "data-plane/tls/client_context.hpp"
#include "data-plane/worker/key_directory.hpp"
#include "data-plane/worker/loader.hpp"
#include "data-plane/worker/task_set.hpp"
#include "data-plane/worker/test_job.hpp"

namespace turnpike {

/// What all reactor threads share. Constant, or safe for any thread; outlives them.
struct ReactorSharing {
    const pipeline::Installation& installation;
    const worker::KeyDirectoryShared& keys;
    integration::Resolver& resolver;
    telemetry::AccessLog& access_log;
    pipeline::Recorder::Explaining explaining;
    tls::ClientContext::Options client_tls;
    net::Limits caller_limits;
    const cache::CacheShared& cache;
    redis::Client& redis;
    const limits::LimiterOptions& limits;
    limits::ConcurrencyLimit& concurrency;
};

/// One reactor with everything that serves requests on it, and the thread that runs it.
/// Thread: made and started on the main thread; what it holds is the reactor's from start() on.
class ReactorThread {
public:
    static Result<std::unique_ptr<ReactorThread>> create(const ReactorSharing& sharing);
    /// Stops the reactor, joins, and ends what is still under way.
    ~ReactorThread();
    ReactorThread(const ReactorThread&) = delete;
    ReactorThread& operator=(const ReactorThread&) = delete;

    /// What the loader keeps up to date.
    worker::ReactorPort port() { return {&reactor_, &snapshots_, &keys_}; }
    /// To be called before start().
    void use_loader(worker::Loader& loader) { stages_.loader = &loader; }
    void start();
    /// Gives back what limits hold, and reports what was counted; `done` on the reactor's thread.
    void settle_limits(std::function<void()> done);
    /// Stops the reactor and joins. What it holds stays, so that what comes late finds it.
    void stop();
    /// Runs a test of a method on this reactor. Thread: any. If the reactor ends first, `done` is
    /// not called.
    void run_test(worker::TestJob job, worker::TestDone done);

    worker::Reactor& reactor() { return reactor_; }
    /// Of the reactor's thread, once started.
    net::Server& server() { return server_; }
    std::size_t idle_upstream_count() const { return upstreams_.idle_count(); }
    const telemetry::ReactorMeters& meters() const { return meters_; }
    /// Of the reactor's thread, once started.
    const limits::Limiter& limiter() const { return limiter_; }

private:
    struct LoadedStages final : pipeline::StageSource {
        worker::MaybeTask<Found> load(const snapshot::StageEntry& entry) override;
        worker::Loader* loader = nullptr;
        worker::ReactorPort port;
    };
    struct DirectoryKeys final : pipeline::KeySource {
        explicit DirectoryKeys(worker::KeyDirectory& its_directory) : directory(its_directory) {}
        worker::MaybeTask<Result<worker::KeyRecord>> find(std::string_view value) override;
        worker::KeyDirectory& directory;
    };

    struct LimiterLimits final : pipeline::LimitSource {
        LimiterLimits(limits::Limiter& its_limiter, limits::KeyUsages& its_usages)
            : limiter(its_limiter), usages(its_usages) {}
        worker::MaybeTask<limits::Verdict> admit(const limits::Admission& admission) override;
        limits::Notice notice(const limits::Admission& admission, const limits::Verdict& verdict,
                              SteadyTime begun) override;
        worker::MaybeTask<limits::KeyUsage> usage(const model::UsagePlan& plan,
                                                  const model::ApiKey& key) override;
        limits::Limiter& limiter;
        limits::KeyUsages& usages;
    };

    ReactorThread(const ReactorSharing& sharing, std::unique_ptr<tls::ClientContext> client_tls);
    void hand_on_log();

    worker::Reactor reactor_;
    net::BufferPool buffers_;
    telemetry::ReactorMeters meters_;
    worker::SnapshotSlot snapshots_;
    worker::KeyDirectory keys_;
    LoadedStages stages_;
    DirectoryKeys key_source_;
    cache::ResponseCache cache_;
    limits::Limiter limiter_;
    limits::KeyUsages key_usages_;
    LimiterLimits limit_source_;
    std::unique_ptr<tls::ClientContext> client_tls_;
    integration::Names names_;
    integration::Upstreams upstreams_;
    pipeline::Recorder recorder_;
    const pipeline::Services services_;
    pipeline::Pipeline pipeline_;
    worker::Timer log_timer_;
    net::Server server_;
    worker::TaskSet tests_;
    worker::TaskSet renewals_;
    std::thread thread_;
};

}  // namespace turnpike
