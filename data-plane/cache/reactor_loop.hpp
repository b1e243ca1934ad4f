#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "common/redis/loop.hpp"
#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/signal.hpp"
#include "data-plane/worker/task.hpp"

namespace turnpike::cache {

/// Lets a Redis client live on a reactor. Thread: the reactor's; made and destroyed where the
/// reactor is. Lifetime: the reactor outlives it.
class ReactorLoop final : public redis::Loop {
public:
    explicit ReactorLoop(worker::Reactor& reactor);
    ~ReactorLoop() override;

    std::unique_ptr<Timer> make_timer(std::function<void()> callback) override;
    std::unique_ptr<Watch> make_watch(int descriptor, Watch::Callback callback) override;
    /// After the events of this turn, so that what they all sent goes out together.
    void soon(std::function<void()> work) override;
    void post(std::function<void()> work) override;

private:
    worker::Task<> run_soon();

    worker::Reactor& reactor_;
    worker::Signal has_work_;
    std::vector<std::function<void()>> work_;
    std::vector<std::function<void()>> running_;
    worker::Task<> runner_;
};

}  // namespace turnpike::cache
