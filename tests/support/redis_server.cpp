#include "tests/support/redis_server.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace turnpike::tests {
namespace {

constexpr int kStartAttempts = 500;
constexpr useconds_t kAttemptMicroseconds = 10'000;

bool answers(const std::string& path) {
    const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    const bool connected =
        connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(client);
    return connected;
}

}  // namespace

RedisServer::RedisServer() : socket_((folder_.path() / "redis.sock").string()) { start(); }

RedisServer::~RedisServer() { kill(); }

std::string RedisServer::url() const { return "unix://" + socket_; }

void RedisServer::start() {
    process_ = fork();
    if (process_ == 0) {
        const int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket_.c_str(),
               "--save", "", "--dir", folder_.path().c_str(), nullptr);
        _exit(127);
    }
    for (int attempt = 0; attempt < kStartAttempts && !answers(socket_); ++attempt) {
        usleep(kAttemptMicroseconds);
    }
    REQUIRE(answers(socket_));
}

void RedisServer::kill() {
    if (process_ < 0) return;
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
    unlink(socket_.c_str());
}

void RedisServer::pause() { ::kill(process_, SIGSTOP); }
void RedisServer::resume() { ::kill(process_, SIGCONT); }

}  // namespace turnpike::tests
