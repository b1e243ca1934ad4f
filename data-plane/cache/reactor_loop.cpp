#include "data-plane/cache/reactor_loop.hpp"

#include <utility>

namespace turnpike::cache {
namespace {

class ReactorTimer final : public redis::Loop::Timer {
public:
    ReactorTimer(worker::Reactor& reactor, std::function<void()> callback)
        : timer_(reactor, std::move(callback)) {}
    void expire_at(SteadyTime when) override { timer_.expire_at(when); }
    void cancel() override { timer_.cancel(); }

private:
    worker::Timer timer_;
};

class ReactorWatch final : public redis::Loop::Watch {
public:
    ReactorWatch(worker::Reactor& reactor, int descriptor, Callback callback)
        : watch_(reactor, descriptor, kBoth, std::move(callback)) {}
    void ask_for_room(bool asks) override {
        watch_.change(asks ? kBoth : std::uint32_t{worker::Watch::kRead});
    }

private:
    static constexpr std::uint32_t kBoth = worker::Watch::kRead | worker::Watch::kWrite;
    worker::Watch watch_;
};

}  // namespace

ReactorLoop::ReactorLoop(worker::Reactor& reactor)
    : reactor_(reactor), has_work_(reactor), runner_(run_soon()) {
    runner_.start();
}

ReactorLoop::~ReactorLoop() = default;

std::unique_ptr<redis::Loop::Timer> ReactorLoop::make_timer(std::function<void()> callback) {
    return std::make_unique<ReactorTimer>(reactor_, std::move(callback));
}

std::unique_ptr<redis::Loop::Watch> ReactorLoop::make_watch(int descriptor,
                                                            Watch::Callback callback) {
    return std::make_unique<ReactorWatch>(reactor_, descriptor, std::move(callback));
}

void ReactorLoop::soon(std::function<void()> work) {
    work_.push_back(std::move(work));
    has_work_.set();
}

void ReactorLoop::post(std::function<void()> work) { reactor_.post(std::move(work)); }

worker::Task<> ReactorLoop::run_soon() {
    while (true) {
        co_await has_work_.wait();
        has_work_.reset();
        running_.swap(work_);
        for (const auto& work : running_) work();
        running_.clear();
    }
}

}  // namespace turnpike::cache
