#include "common/redis/asio_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <utility>

namespace turnpike::redis {

namespace asio = boost::asio;

namespace {

/// What handlers hold: Asio calls them even if the timer is gone by then.
class AsioTimer final : public Loop::Timer {
public:
    AsioTimer(asio::io_context& io, std::function<void()> callback)
        : state_(std::make_shared<State>(io, std::move(callback))) {}
    ~AsioTimer() override { cancel(); }

    void expire_at(SteadyTime when) override {
        const std::uint64_t setting = ++state_->setting;
        state_->timer.expires_at(when);
        state_->timer.async_wait([state = state_, setting](auto cancelled) {
            if (!cancelled && setting == state->setting) state->callback();
        });
    }
    void cancel() override {
        ++state_->setting;
        state_->timer.cancel();
    }

private:
    struct State {
        State(asio::io_context& io, std::function<void()> what)
            : timer(io), callback(std::move(what)) {}
        asio::steady_timer timer;
        std::function<void()> callback;
        std::uint64_t setting = 0;
    };
    std::shared_ptr<State> state_;
};

class AsioWatch final : public Loop::Watch {
public:
    AsioWatch(asio::io_context& io, int descriptor, Callback callback)
        : state_(std::make_shared<State>(io, descriptor, std::move(callback))) {
        await(state_, asio::posix::stream_descriptor::wait_read);
        ask_for_room(true);
    }
    ~AsioWatch() override {
        state_->is_over = true;
        state_->descriptor.release();
    }

    void ask_for_room(bool asks) override {
        state_->asks_for_room = asks;
        if (!asks || state_->awaits_room) return;
        state_->awaits_room = true;
        await(state_, asio::posix::stream_descriptor::wait_write);
    }

private:
    using Direction = asio::posix::stream_descriptor::wait_type;
    struct State {
        State(asio::io_context& io, int number, Callback what)
            : descriptor(io, number), callback(std::move(what)) {}
        asio::posix::stream_descriptor descriptor;
        Callback callback;
        bool asks_for_room = false;
        bool awaits_room = false;
        bool is_over = false;
    };

    static void await(const std::shared_ptr<State>& state, Direction direction) {
        state->descriptor.async_wait(direction, [state, direction](auto error) {
            const bool is_room = direction == asio::posix::stream_descriptor::wait_write;
            if (is_room) state->awaits_room = false;
            if (error || state->is_over || (is_room && !state->asks_for_room)) return;
            state->callback(!is_room, is_room);
            if (state->is_over || (is_room && (!state->asks_for_room || state->awaits_room))) {
                return;
            }
            if (is_room) state->awaits_room = true;
            await(state, direction);
        });
    }

    std::shared_ptr<State> state_;
};

}  // namespace

struct AsioLoop::Context {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
};

AsioLoop::AsioLoop() : context_(std::make_unique<Context>()) {}
AsioLoop::~AsioLoop() = default;

void AsioLoop::run() { context_->io.run(); }
void AsioLoop::finish() { context_->work.reset(); }

std::unique_ptr<Loop::Timer> AsioLoop::make_timer(std::function<void()> callback) {
    return std::make_unique<AsioTimer>(context_->io, std::move(callback));
}

std::unique_ptr<Loop::Watch> AsioLoop::make_watch(int descriptor, Watch::Callback callback) {
    return std::make_unique<AsioWatch>(context_->io, descriptor, std::move(callback));
}

void AsioLoop::post(std::function<void()> work) { asio::post(context_->io, std::move(work)); }

}  // namespace turnpike::redis
