#pragma once

#include <memory>
#include <span>

#include "common/base/result.hpp"
#include "common/config/settings.hpp"
#include "common/telemetry/status_server.hpp"
#include "data-plane/reactor_thread.hpp"
#include "data-plane/worker/explained_writer.hpp"

namespace turnpike {

/// What the status pages tell about. Outlives the server.
struct StatusSources {
    const worker::Loader& loader;
    const telemetry::MeterRegistry& registry;
    const telemetry::AccessLog& access_log;
    const worker::ExplainedWriter& explained;
    std::span<const std::unique_ptr<ReactorThread>> reactors;
    const std::atomic<bool>& is_serving;  ///< Between opening the listeners and draining.
    const limits::ConcurrencyLimit& concurrency;
};

/// /livez, /readyz (only while callers are served on a full configuration) and /metrics.
Result<std::unique_ptr<telemetry::StatusServer>> start_status_pages(
    const config::ListenAddress& address, const StatusSources& sources);

}  // namespace turnpike
