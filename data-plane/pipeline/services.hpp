#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/snapshot/stage.hpp"
#include "data-plane/limits/admission.hpp"
#include "data-plane/limits/concurrency.hpp"
#include "data-plane/limits/key_usage.hpp"
#include "data-plane/limits/notice.hpp"
#include "data-plane/net/buffer.hpp"
#include "data-plane/worker/key_directory.hpp"
#include "data-plane/worker/maybe_task.hpp"
#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/snapshot_slot.hpp"
#include "data-plane/worker/task_set.hpp"

namespace turnpike::integration {
class Upstreams;
}

namespace turnpike::cache {
class ResponseCache;
}

namespace turnpike::pipeline {

struct Exchange;

/// What this installation calls itself. Constant while reactors run.
struct Installation {
    std::string region = "us-east-1";
    std::string account_id = "000000000000";
    std::string partition = "aws";
    std::string domain = "localhost";  ///< Lower case; default hosts end with it.
    /// Unmatched paths tell callers with a foreign Authorization header that it is not a signature.
    bool explains_foreign_authorization = true;
    std::uint64_t request_bytes_max = 10'485'760;
    std::uint64_t response_bytes_max = 10'485'760;
};

/// Gives the compiled form of a stage, at once if this reactor has it.
class StageSource {
public:
    using Found = Result<std::shared_ptr<const snapshot::CompiledStage>>;
    virtual ~StageSource() = default;
    virtual worker::MaybeTask<Found> load(const snapshot::StageEntry& entry) = 0;
};

/// Finds API keys by value, at once if this reactor knows the key.
class KeySource {
public:
    virtual ~KeySource() = default;
    virtual worker::MaybeTask<Result<worker::KeyRecord>> find(std::string_view value) = 0;
};

/// Decides whether a request is within its limits, at once if what it needs is here, and tells
/// callers what is left.
class LimitSource {
public:
    virtual ~LimitSource() = default;
    virtual worker::MaybeTask<limits::Verdict> admit(const limits::Admission& admission) = 0;
    /// Of a request that was decided; see limits::Limiter::notice().
    virtual limits::Notice notice(const limits::Admission& admission,
                                  const limits::Verdict& verdict, SteadyTime begun) = 0;
    /// Takes nothing of any limit. Both outlive the answer.
    virtual worker::MaybeTask<limits::KeyUsage> usage(const model::UsagePlan& plan,
                                                      const model::ApiKey& key) = 0;
};

/// Told of each request when it is over: access log, counters.
class RequestLog {
public:
    virtual ~RequestLog() = default;
    virtual void record(const Exchange& exchange) = 0;
};

/// What one reactor's requests work with. Every part outlives the requests. Thread: the reactor's.
struct Services {
    worker::Reactor& reactor;
    net::BufferPool& buffers;
    worker::SnapshotSlot& snapshots;
    StageSource& stages;
    KeySource& keys;
    LimitSource& limiter;
    limits::ConcurrencyLimit& concurrency;
    integration::Upstreams& upstreams;
    RequestLog& log;
    const Installation& installation;
    cache::ResponseCache* cache = nullptr;  ///< Null: nothing is cached.
    /// Calls that renew stale answers. Gone before what they work with. Null: none are made.
    worker::TaskSet* renewals = nullptr;
};

}  // namespace turnpike::pipeline
