#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/redis/client.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/temporary_folder.hpp"

namespace turnpike::tests {

/// A private redis-server on a port of 127.0.0.1: a server, a sentinel, or one of a cluster.
/// Stopped when this goes. Fails the test if it will not start.
class RedisNode {
public:
    /// `configuration`: lines of redis.conf besides port, folder and that nothing is saved.
    explicit RedisNode(const std::string& configuration, bool is_sentinel = false);
    ~RedisNode();
    RedisNode(const RedisNode&) = delete;
    RedisNode& operator=(const RedisNode&) = delete;

    std::uint16_t port() const { return port_; }
    std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }
    /// Asks this server, whatever others say, again if the connection was lost; fails the test on
    /// an error.
    redis::Reply ask(redis::Command command) const;
    /// What a password-protected server wants from ask().
    void log_in_with(const std::string& login);

    void kill();
    void start();
    void pause();
    void resume();

private:
    bool answers() const;

    TemporaryFolder folder_;
    std::uint16_t port_ = free_port();
    bool is_sentinel_;
    pid_t process_ = -1;
    std::unique_ptr<redis::Client> client_;
};

/// Fails the test if it does not come true.
void wait_until(const char* what, const std::function<bool()>& condition);

}  // namespace turnpike::tests
