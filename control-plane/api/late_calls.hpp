#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

namespace turnpike::api {

/// Calls that wait for long, each on a thread of its own, so that they keep no connection from
/// being served. Few and bounded. Thread: any.
class LateCalls {
public:
    explicit LateCalls(std::size_t calls_max) : calls_max_(calls_max) {}
    /// Waits for all.
    ~LateCalls() { wait(); }
    LateCalls(const LateCalls&) = delete;
    LateCalls& operator=(const LateCalls&) = delete;

    /// False, without a call, if too many are under way. `call` must not throw.
    bool start(std::function<void()> call);
    /// Until those that were started before have ended.
    void wait();

private:
    struct Running {
        std::thread thread;
        std::atomic<bool> has_ended{false};
    };
    void forget_ended();

    const std::size_t calls_max_;
    std::mutex mutex_;
    std::list<std::unique_ptr<Running>> running_;
};

}  // namespace turnpike::api
