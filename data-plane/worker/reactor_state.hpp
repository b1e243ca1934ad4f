#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <coroutine>
#include <functional>
#include <mutex>
#include <vector>

#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/send_ring.hpp"
#include "data-plane/worker/timer_wheel.hpp"

namespace turnpike::worker {

/// The inside of a Reactor, for the sources of this folder.
struct Reactor::State {
    static constexpr std::size_t kEventsPerTurn = 256;

    explicit State(SteadyTime start) : wheel(start) {}

    int epoll = -1;
    int wake_up = -1;  // eventfd

    std::array<epoll_event, kEventsPerTurn> events;
    std::size_t event_count = 0;
    std::size_t event_next = 0;

    TimerWheel wheel;
    std::array<std::vector<std::coroutine_handle<>>, kLanes> deferred;
    std::vector<std::coroutine_handle<>> resuming;
    SendRing ring;
    std::vector<Outgoing*> outgoing;
    std::vector<Outgoing*> sending;

    std::mutex posted_mutex;
    std::vector<std::function<void()>> posted;   // guarded by posted_mutex
    std::vector<std::function<void()>> running;  // this thread's
    std::atomic<bool> stopping{false};

    void add(int descriptor, std::uint32_t interest, EventTarget* target);
    void remove(int descriptor);
    void forget_events_of(const EventTarget* target);
};

}  // namespace turnpike::worker
