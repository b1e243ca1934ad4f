#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "common/crypto/certificate.hpp"
#include "tests/support/temporary_folder.hpp"

namespace turnpike::tests {

/// A private redis-server on a port of 127.0.0.1 that speaks TLS only, and lets in its user
/// "worker" and the default user, each with a password. Stopped when this goes. Fails the test if
/// it will not start.
class RedisTlsServer {
public:
    /// `identity`: what it shows to clients. `more`: further lines of its configuration.
    explicit RedisTlsServer(const crypto::Identity& identity, const std::string& more = {},
                            bool is_sentinel = false);
    ~RedisTlsServer();
    RedisTlsServer(const RedisTlsServer&) = delete;
    RedisTlsServer& operator=(const RedisTlsServer&) = delete;

    static constexpr const char* kUserPassword = "p@ss:word/1";
    static constexpr const char* kDefaultPassword = "default-secret";

    /// rediss:// address; `login` is "user:password" or empty, percent-encoded.
    std::string url(const std::string& login, const std::string& host = "127.0.0.1") const;

    std::uint16_t port() const { return port_; }

    /// Loses what is stored. start() makes an empty one on the same port.
    void kill();
    void start();
    /// For the next start().
    void use(const crypto::Identity& identity) const;

private:
    void write(const char* name, const std::string& text) const;

    TemporaryFolder folder_;
    std::uint16_t port_;
    bool is_sentinel_;
    pid_t process_ = -1;
};

}  // namespace turnpike::tests
