#pragma once

#include <memory>

#include "common/redis/loop.hpp"

namespace turnpike::redis {

/// A loop for a thread that does nothing else. Thread: run() and all that it calls are one's.
class AsioLoop final : public Loop {
public:
    AsioLoop();
    ~AsioLoop() override;

    /// Returns once finish() was called and nothing is waited for any more.
    void run();
    void finish();

    std::unique_ptr<Timer> make_timer(std::function<void()> callback) override;
    std::unique_ptr<Watch> make_watch(int descriptor, Watch::Callback callback) override;
    void soon(std::function<void()> work) override { post(std::move(work)); }
    void post(std::function<void()> work) override;

private:
    struct Context;  // keeps Asio in asio_loop.cpp
    std::unique_ptr<Context> context_;
};

}  // namespace turnpike::redis
