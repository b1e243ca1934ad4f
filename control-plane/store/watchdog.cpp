#include "control-plane/store/watchdog.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace turnpike::store {

Watchdog::Watchdog() {
    thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

std::optional<SteadyTime> Watchdog::fire(SteadyTime now) {
    std::optional<SteadyTime> next;
    for (Guard* guard : guards_) {
        if (!guard->deadline_) continue;
        if (*guard->deadline_ <= now) {
            ::shutdown(guard->socket_, SHUT_RDWR);
            guard->fired_ = true;
            guard->deadline_.reset();
        } else if (!next || *guard->deadline_ < *next) {
            next = guard->deadline_;
        }
    }
    return next;
}

void Watchdog::watch() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        next_look_ = fire(steady_now());
        if (next_look_) {
            changed_.wait_until(lock, *next_look_);
        } else {
            changed_.wait(lock);
        }
    }
}

Watchdog::Guard::Guard(Watchdog& watchdog, int socket)
    : watchdog_(watchdog), socket_(::fcntl(socket, F_DUPFD_CLOEXEC, 0)) {
    const std::lock_guard lock(watchdog_.mutex_);
    watchdog_.guards_.push_back(this);
}

Watchdog::Guard::~Guard() {
    {
        const std::lock_guard lock(watchdog_.mutex_);
        std::erase(watchdog_.guards_, this);
    }
    if (socket_ >= 0) ::close(socket_);
}

void Watchdog::Guard::arm(SteadyTime deadline) {
    bool is_earlier = false;
    {
        const std::lock_guard lock(watchdog_.mutex_);
        deadline_ = deadline;
        is_earlier = !watchdog_.next_look_ || deadline < *watchdog_.next_look_;
    }
    // Deadlines of the same length come in order, so the thread rarely needs to be woken.
    if (is_earlier) watchdog_.changed_.notify_all();
}

bool Watchdog::Guard::disarm() {
    const std::lock_guard lock(watchdog_.mutex_);
    deadline_.reset();
    return fired_;
}

}  // namespace turnpike::store
