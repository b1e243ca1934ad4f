#include "control-plane/api/late_calls.hpp"

#include <utility>

namespace turnpike::api {

bool LateCalls::start(std::function<void()> call) {
    const std::lock_guard lock(mutex_);
    forget_ended();
    if (running_.size() >= calls_max_) return false;
    Running& one = *running_.emplace_back(std::make_unique<Running>());
    one.thread = std::thread([&one, work = std::move(call)] {
        work();
        one.has_ended = true;
    });
    return true;
}

void LateCalls::forget_ended() {
    std::erase_if(running_, [](const std::unique_ptr<Running>& one) {
        if (!one->has_ended) return false;
        one->thread.join();
        return true;
    });
}

void LateCalls::wait() {
    std::list<std::unique_ptr<Running>> all;
    {
        const std::lock_guard lock(mutex_);
        all.swap(running_);
    }
    for (const std::unique_ptr<Running>& one : all) one->thread.join();
}

}  // namespace turnpike::api
