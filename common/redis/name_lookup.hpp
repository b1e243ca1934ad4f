#pragma once

#include <sys/socket.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/redis/loop.hpp"

namespace turnpike::redis {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

/// Looks up the names of servers, one after the other, on a thread of its own, which is there from
/// the first name on. Thread: the loop's.
class NameLookup {
public:
    /// `problem` is empty if there are addresses.
    using Done =
        std::function<void(const std::string& problem, std::vector<SocketAddress> addresses)>;

    explicit NameLookup(Loop& loop) : loop_(loop) {}
    /// Waits for the one under way; nobody is called any more but through the loop.
    ~NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    /// Of an address written out. Returns: nothing if it is a name.
    static std::vector<SocketAddress> read(const std::string& host, const std::string& port);
    /// Calls `done` on the loop, later.
    void look_up(std::string host, std::string port, Done done);

private:
    struct Question {
        std::string host;
        std::string port;
        Done done;
    };
    void run();

    Loop& loop_;
    std::mutex mutex_;
    std::condition_variable woken_;
    std::deque<Question> questions_;
    bool stops_ = false;
    std::thread thread_;
};

}  // namespace turnpike::redis
