#pragma once

#include <memory>
#include <span>
#include <vector>

#include "common/base/result.hpp"
#include "common/config/settings.hpp"
#include "data-plane/net/handover.hpp"
#include "data-plane/reactor_thread.hpp"
#include "data-plane/tls/server_context.hpp"

namespace turnpike {

/// Where this process accepts callers, on all reactors. Thread: the main thread's.
class Listening {
public:
    using Reactors = std::span<const std::unique_ptr<ReactorThread>>;

    /// Requires: the reactors run. Errors: Unavailable, naming the address.
    static Result<Listening> open(const config::WorkerSettings& settings, Reactors reactors,
                                  const std::shared_ptr<const tls::ServerContext>& tls);

    /// Later connections see another certificate; those that are open go on. Requires: reactors
    /// run.
    static void use_tls(Reactors reactors, const std::shared_ptr<const tls::ServerContext>& tls);

    /// Stops accepting and leaves the sockets to other processes. Requires: reactors run.
    void close(worker::Reactor& first);

private:
    Result<void> add_all(const config::WorkerSettings& settings, Reactors reactors,
                         const std::shared_ptr<const tls::ServerContext>& tls);
    Result<void> add(const config::ListenAddress& address, Reactors reactors,
                     const std::shared_ptr<const tls::ServerContext>& tls);
    // Shared with the work that closes them on the first reactor.
    std::vector<std::shared_ptr<net::ListenerGroup>> groups_;
};

}  // namespace turnpike
