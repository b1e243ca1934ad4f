#pragma once

#include <memory>
#include <string>

#include "common/base/result.hpp"

namespace turnpike::tls {

/// What a worker needs to open TLS towards upstreams: the trusted roots, and recent sessions by
/// name and verification, so that new connections resume them. Thread: one reactor's (the cache of
/// sessions is not shared).
class ClientContext {
public:
    struct Options {
        /// PEM file with roots to trust beside the system's; empty: none.
        std::string extra_ca_file;
        std::size_t sessions_max = 1024;
    };
    static Result<std::unique_ptr<ClientContext>> create(Options options);
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
