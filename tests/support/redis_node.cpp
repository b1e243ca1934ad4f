#include "tests/support/redis_node.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace turnpike::tests {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr auto kPoll = 10ms;

std::unique_ptr<redis::Client> client_of(const std::string& login, const std::string& endpoint) {
    redis::Options options;
    options.url = "redis://" + login + endpoint;
    options.connect_timeout = 10s;
    return std::make_unique<redis::Client>(std::move(options));
}

}  // namespace

void wait_until(const char* what, const std::function<bool()>& condition) {
    const auto deadline = steady_now() + kPatience;
    while (!condition()) {
        INFO("waited for ", std::string(what));
        REQUIRE(steady_now() < deadline);
        std::this_thread::sleep_for(kPoll);
    }
}

RedisNode::RedisNode(const std::string& configuration, bool is_sentinel)
    : is_sentinel_(is_sentinel) {
    std::ofstream file(folder_.path() / "redis.conf");
    file << "bind 127.0.0.1\nport " << port_ << "\ndir " << folder_.path().string() << '\n';
    if (!is_sentinel) file << "save \"\"\n";
    file << configuration;
    REQUIRE(file.flush());
    file.close();
    start();
}

RedisNode::~RedisNode() { kill(); }

redis::Reply RedisNode::ask(redis::Command command) const {
    const std::string said = command.front();
    auto reply = client_->call(command, 10s);
    // A server that becomes a replica closes its connections.
    for (int again = 0; !reply && reply.error().kind == Error::Kind::Unavailable && again < 100;
         ++again) {
        std::this_thread::sleep_for(kPoll);
        reply = client_->call(command, 10s);
    }
    INFO(said, " ", reply ? "" : reply.error().detail);
    REQUIRE(reply);
    return *reply;
}

void RedisNode::log_in_with(const std::string& login) {
    client_ = client_of(login + "@", endpoint());
}

bool RedisNode::answers() const {
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port_);
    const bool connected =
        connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(client);
    return connected;
}

void RedisNode::start() {
    const std::string file = (folder_.path() / "redis.conf").string();
    process_ = fork();
    if (process_ == 0) {
        const int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execlp("redis-server", "redis-server", file.c_str(), is_sentinel_ ? "--sentinel" : nullptr,
               nullptr);
        _exit(127);
    }
    wait_until("redis-server to listen", [this] { return answers(); });
    client_ = client_of("", endpoint());
}

void RedisNode::kill() {
    if (process_ < 0) return;
    client_.reset();
    ::kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

void RedisNode::pause() { ::kill(process_, SIGSTOP); }
void RedisNode::resume() { ::kill(process_, SIGCONT); }

}  // namespace turnpike::tests
