#pragma once

#include <memory>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "data-plane/tls/trust_store.hpp"

namespace turnpike::tls {

/// What a worker needs to open TLS towards upstreams: the trusted roots, and recent sessions by
/// name and verification, so that new connections resume them. Thread: one reactor's (the cache of
/// sessions is not shared).
class ClientContext {
public:
    struct Options {
        /// Shared with the contexts of other reactors. Not null.
        std::shared_ptr<const TrustStore> trust;
        std::size_t sessions_max = 1024;
        /// Replaceable for tests.
        WallTime (*clock)() = wall_now;
    };
    static Result<std::unique_ptr<ClientContext>> create(const Options& options);
    ~ClientContext();
    ClientContext(const ClientContext&) = delete;
    ClientContext& operator=(const ClientContext&) = delete;

    struct State;

private:
    friend class Session;
    explicit ClientContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace turnpike::tls
