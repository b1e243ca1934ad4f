#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "common/base/clock.hpp"

namespace turnpike::worker {

/// Work for one thread, from any: first what is urgent, then the rest, each in order.
class EventQueue {
public:
    using Event = std::function<void()>;

    void post(Event event) {
        {
            const std::lock_guard lock(mutex_);
            events_.push_back(std::move(event));
        }
        arrived_.notify_one();
    }
    void post_urgent(Event event) {
        {
            const std::lock_guard lock(mutex_);
            urgent_.push_back(std::move(event));
        }
        arrived_.notify_one();
    }
    /// For what may be lost: false if `events_max` wait already.
    bool post_if_room(Event event, std::size_t events_max) {
        const std::lock_guard lock(mutex_);
        if (events_.size() >= events_max) return false;
        events_.push_back(std::move(event));
        arrived_.notify_one();
        return true;
    }
    /// Returns: an empty function if there is none until `deadline`.
    Event take_until(SteadyTime deadline) {
        std::unique_lock lock(mutex_);
        arrived_.wait_until(lock, deadline,
                            [this] { return !urgent_.empty() || !events_.empty(); });
        return take(urgent_.empty() ? events_ : urgent_);
    }
    Event take_urgent() {
        const std::lock_guard lock(mutex_);
        return take(urgent_);
    }

private:
    static Event take(std::deque<Event>& events) {
        if (events.empty()) return {};
        Event event = std::move(events.front());
        events.pop_front();
        return event;
    }

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Event> urgent_;
    std::deque<Event> events_;
};

}  // namespace turnpike::worker
