#pragma once

#include "common/config/settings.hpp"
#include "common/crypto/master_key.hpp"
#include "common/telemetry/access_log.hpp"
#include "data-plane/cache/shared_store.hpp"
#include "data-plane/limits/limiter.hpp"
#include "data-plane/net/limits.hpp"
#include "data-plane/pipeline/services.hpp"
#include "data-plane/worker/loader.hpp"

namespace turnpike {

/// What the parts of a worker take, made of its settings. Thread: main.

pipeline::Installation installation_of(const config::WorkerSettings& settings);
telemetry::AccessLog::Options access_log_options(const config::WorkerSettings& settings);
limits::LimiterOptions limiter_options(const config::WorkerSettings& settings);
/// `feed` outlives what shares the cache.
cache::CacheShared cache_sharing(const config::WorkerSettings& settings,
                                 const crypto::MasterKey& master_key, cache::ReplacedFeed& feed);
worker::Loader::Options loader_options(const config::WorkerSettings& settings);
/// Raises the process's limit of descriptors; fewer connections than the settings allow if it is
/// too low for them, which is logged.
net::Limits caller_limits(const config::WorkerSettings& settings);

}  // namespace turnpike
