#include "tests/support/postgres_server.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>

namespace turnpike::tests {
namespace {

namespace fs = std::filesystem;

constexpr int kStartAttempts = 3000;
constexpr useconds_t kAttemptMicroseconds = 10'000;

fs::path find_binaries() {
    std::vector<fs::path> found;
    std::error_code ignored;
    for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
        if (fs::exists(version.path() / "bin" / "initdb")) found.push_back(version.path() / "bin");
    }
    REQUIRE_MESSAGE(!found.empty(), "PostgreSQL's server is not installed");
    return *std::max_element(found.begin(), found.end());
}

/// Null unless the test runs as root.
const passwd* other_user() { return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr; }

void become(const passwd* user) {
    if (user == nullptr) return;
    const bool done = ::initgroups(user->pw_name, user->pw_gid) == 0 &&
                      ::setgid(user->pw_gid) == 0 && ::setuid(user->pw_uid) == 0;
    if (!done) ::_exit(126);
}

/// Starts a program whose output goes to `output`, a descriptor.
pid_t spawn(const std::vector<std::string>& words, int output) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const passwd* const user = other_user();
    const pid_t child = ::fork();
    if (child != 0) return child;
    become(user);
    // The other user may not look into the folder of the sources, of which PostgreSQL would warn.
    if (::chdir("/") != 0) ::_exit(126);
    // A test that crashes takes its server with it.
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

int open_log(const fs::path& path) {
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

}  // namespace

PostgresServer::PostgresServer() : binaries_(find_binaries()) {
    if (const passwd* user = other_user()) {
        REQUIRE(::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) == 0);
    }
    const int log = open_log(folder_.path() / "log");
    const pid_t maker =
        spawn({binaries_ / "initdb", "-D", folder_.path() / "data", "-U", "turnpike", "-E", "UTF8",
               "--locale=C.UTF-8", "-A", "trust", "--no-sync"},
              log);
    int status = 0;
    ::waitpid(maker, &status, 0);
    ::close(log);
    REQUIRE(status == 0);
    start();
}

PostgresServer::~PostgresServer() { kill(); }

std::string PostgresServer::url() const {
    return "host=" + folder_.path().string() + " user=turnpike dbname=postgres";
}

void PostgresServer::start() {
    const int log = open_log(folder_.path() / "log");
    process_ = spawn({binaries_ / "postgres", "-D", folder_.path() / "data", "-k", folder_.path(),
                      "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60"},
                     log);
    ::close(log);
    std::string answer;
    for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
        answer = query("SELECT 'ready'");
        if (answer == "ready") return;
        ::usleep(kAttemptMicroseconds);
    }
    FAIL("PostgreSQL does not start: " << answer);
}

std::vector<pid_t> PostgresServer::processes() const {
    std::vector<pid_t> all = {process_};
    const std::string number = std::to_string(process_);
    std::ifstream children("/proc/" + number + "/task/" + number + "/children");
    for (pid_t child = 0; children >> child;) all.push_back(child);
    return all;
}

void PostgresServer::kill() {
    if (process_ < 0) return;
    // The parent first, and stopped, so that it starts no more.
    ::kill(process_, SIGSTOP);
    for (const pid_t each : processes()) ::kill(each, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

void PostgresServer::pause() {
    ::kill(process_, SIGSTOP);
    for (const pid_t each : processes()) ::kill(each, SIGSTOP);
}

void PostgresServer::resume() {
    for (const pid_t each : processes()) ::kill(each, SIGCONT);
}

std::string PostgresServer::query(const std::string& sql) const {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    const pid_t client =
        spawn({binaries_ / "psql", "-X", "-A", "-t", "-q", "-d", url(), "-c", sql}, pipe[1]);
    ::close(pipe[1]);
    std::string answer;
    std::array<char, 4096> chunk{};
    for (ssize_t got = 0; (got = ::read(pipe[0], chunk.data(), chunk.size())) > 0;) {
        answer.append(chunk.data(), static_cast<std::size_t>(got));
    }
    ::close(pipe[0]);
    ::waitpid(client, nullptr, 0);
    while (!answer.empty() && answer.back() == '\n') answer.pop_back();
    return answer;
}

}  // namespace turnpike::tests
