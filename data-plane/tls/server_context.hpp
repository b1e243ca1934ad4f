#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace turnpike::tls {

/// A certificate chain, leaf first, and its key, both in PEM.
struct Certificate {
    std::string chain_pem;
    std::string key_pem;
};

/// What a worker needs to accept TLS: certificates by the names they carry, and keys for session
/// tickets that all workers derive alike, so that a client resumes at any of them. TLS 1.2 and 1.3,
/// ALPN http/1.1. Immutable. Thread: any.
class ServerContext {
public:
    struct Options {
        /// The first one is served to clients that name no host, or an unknown one.
        std::vector<Certificate> certificates;
        /// 32 bytes that the workers share; from it the ticket keys of each period are derived.
        std::string ticket_key;
        /// Replaceable for tests.
        WallTime (*clock)() = wall_now;
    };
    /// Errors: Invalid, if a certificate or key cannot be read or do not belong together.
    static Result<std::shared_ptr<const ServerContext>> create(Options options);
    ~ServerContext();
    ServerContext(const ServerContext&) = delete;
    ServerContext& operator=(const ServerContext&) = delete;

    struct State;

private:
    friend class Session;
    explicit ServerContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace turnpike::tls
