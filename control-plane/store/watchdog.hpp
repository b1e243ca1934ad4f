#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "common/base/clock.hpp"

namespace turnpike::store {

/// Ends waits that the database library cannot end: a server that is stopped, or a network that
/// drops everything, leaves a blocking read without an end. When a deadline passes, the
/// connection's socket is shut down, and the read fails. Thread: any; has one of its own.
class Watchdog {
public:
    Watchdog();
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// One guarded socket. Holds a duplicate of the descriptor: the library may close its own at
    /// any time, and the number must not come to mean another file.
    class Guard {
    public:
        Guard(Watchdog& watchdog, int socket);
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

        void arm(SteadyTime deadline);
        /// Returns: whether the deadline passed; then the socket is shut down for good.
        bool disarm();

    private:
        friend class Watchdog;
        Watchdog& watchdog_;
        int socket_;
        std::optional<SteadyTime> deadline_;
        bool fired_ = false;
    };

private:
    void watch();
    /// Fires what is due. Returns: the next deadline.
    std::optional<SteadyTime> fire(SteadyTime now);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Guard*> guards_;
    std::optional<SteadyTime> next_look_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace turnpike::store
