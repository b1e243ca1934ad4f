#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include "data-plane/worker/reactor.hpp"

namespace turnpike::cache {

/// Lets other threads post to a reactor that may go before they do. Thread: any; close() before the
/// reactor goes.
class PostGate {
public:
    explicit PostGate(worker::Reactor& reactor) : reactor_(&reactor) {}
    void post(std::function<void()> work) {
        const std::lock_guard lock(mutex_);
        if (reactor_ != nullptr) reactor_->post(std::move(work));
    }
    void close() {
        const std::lock_guard lock(mutex_);
        reactor_ = nullptr;
    }

private:
    std::mutex mutex_;
    worker::Reactor* reactor_;
};

}  // namespace turnpike::cache
