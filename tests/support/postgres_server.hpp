#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace turnpike::tests {

/// A private PostgreSQL cluster on a Unix socket, stopped when this goes. Runs as the user postgres
/// when the test is root, which PostgreSQL refuses to be. Fails the test if it will not start.
class PostgresServer {
public:
    PostgresServer();
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    std::string url() const;
    /// As a crash or a power cut: every process ends at once.
    void kill();
    void start();
    /// SIGSTOP and SIGCONT to the server and its sessions: connections stay, nobody answers.
    void pause();
    void resume();
    /// Runs statements with psql. Returns: what it printed, without alignment and headers.
    std::string query(const std::string& sql) const;

private:
    std::vector<pid_t> processes() const;

    TemporaryFolder folder_;
    std::filesystem::path binaries_;
    pid_t process_ = -1;
};

}  // namespace turnpike::tests
