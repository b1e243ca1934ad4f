#pragma once

#include <sys/types.h>

#include <string>

#include "tests/support/temporary_folder.hpp"

namespace turnpike::tests {

/// A private redis-server on a Unix socket, stopped when this goes. Fails the test if it will not
/// start.
class RedisServer {
public:
    RedisServer();
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    std::string url() const;
    /// Loses what is stored. start() makes an empty one.
    void kill();
    void start();
    /// SIGSTOP and SIGCONT: connections stay, nobody answers.
    void pause();
    void resume();

private:
    TemporaryFolder folder_;
    std::string socket_;
    pid_t process_ = -1;
};

}  // namespace turnpike::tests
