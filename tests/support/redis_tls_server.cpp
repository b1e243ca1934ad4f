#include "tests/support/redis_tls_server.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/support/free_port.hpp"

namespace turnpike::tests {
namespace {

constexpr int kStartAttempts = 500;
constexpr useconds_t kAttemptMicroseconds = 10'000;

bool answers(std::uint16_t port) {
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const bool connected =
        connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(client);
    return connected;
}

}  // namespace

RedisTlsServer::RedisTlsServer(const crypto::Identity& identity, const std::string& more,
                               bool is_sentinel)
    : port_(free_port()), is_sentinel_(is_sentinel) {
    use(identity);
    write("redis.conf", "bind 127.0.0.1\nport 0\ntls-port " + std::to_string(port_) +
                            "\ntls-cert-file server.pem\ntls-key-file server.key\n"
                            "tls-ca-cert-file server.pem\ntls-auth-clients no\n" +
                            more + (is_sentinel ? "" : "save \"\"\n") + "requirepass " +
                            kDefaultPassword + "\nuser worker on >" + kUserPassword +
                            " ~* &* +@all\n");
    start();
}

RedisTlsServer::~RedisTlsServer() { kill(); }

std::string RedisTlsServer::url(const std::string& login, const std::string& host) const {
    return "rediss://" + (login.empty() ? "" : login + "@") + host + ":" + std::to_string(port_);
}

void RedisTlsServer::use(const crypto::Identity& identity) const {
    write("server.pem", identity.certificate_pem);
    write("server.key", identity.key_pem);
}

void RedisTlsServer::write(const char* name, const std::string& text) const {
    std::ofstream file(folder_.path() / name);
    file << text;
    REQUIRE(file.flush());
}

void RedisTlsServer::start() {
    process_ = fork();
    if (process_ == 0) {
        const int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        if (chdir(folder_.path().c_str()) == 0) {
            execlp("redis-server", "redis-server", "redis.conf",
                   is_sentinel_ ? "--sentinel" : nullptr, nullptr);
        }
        _exit(127);
    }
    for (int attempt = 0; attempt < kStartAttempts && !answers(port_); ++attempt) {
        usleep(kAttemptMicroseconds);
    }
    REQUIRE(answers(port_));
}

void RedisTlsServer::kill() {
    if (process_ < 0) return;
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

}  // namespace turnpike::tests
