#include <utility>

#include "common/base/assert.hpp"
#include "common/redis/local_client.hpp"
#include "data-plane/cache/reactor_loop.hpp"

/// The Redis client that lives on a reactor: a virtual one whose answers come in turns of that.
namespace turnpike::redis {

struct LocalClient::Parts {
    Options options;
    Loop& loop;
    std::unique_ptr<Client> client{};  // once it is started
    std::shared_ptr<char> alive = std::make_shared<char>();
};

LocalClient::LocalClient(Options options, Loop& loop)
    : parts_(new Parts{std::move(options), loop}) {}
LocalClient::~LocalClient() { parts_->alive.reset(); }

void LocalClient::start() {
    if (!has_started()) parts_->client = std::make_unique<Client>(parts_->options);
}
bool LocalClient::has_started() const { return parts_->client != nullptr; }

void LocalClient::send(Command command, Client::Callback callback) {
    if (!has_started()) return callback(unavailable("not started"));
    parts_->client->send(std::move(command),
                         [there = std::weak_ptr(parts_->alive), &loop = parts_->loop,
                          callback = std::move(callback)](Result<Reply> reply) {
                             if (there.expired()) return;
                             loop.post([there, callback, reply = std::move(reply)] {
                                 if (!there.expired()) callback(reply);
                             });
                         });
}

bool LocalClient::is_cluster() const { return false; }
std::uint16_t LocalClient::slot_of(std::string_view) const { return 0; }
bool LocalClient::is_slot_connected(std::uint16_t slot) const {
    return has_started() && parts_->client->is_slot_connected(slot);
}
bool LocalClient::is_same_server(std::uint16_t, std::uint16_t) const { return true; }

}  // namespace turnpike::redis

namespace turnpike::cache {

ReactorLoop::ReactorLoop(worker::Reactor& reactor)
    : reactor_(reactor), has_work_(reactor), runner_(run_soon()) {}
ReactorLoop::~ReactorLoop() = default;

std::unique_ptr<redis::Loop::Timer> ReactorLoop::make_timer(std::function<void()>) {
    TURNPIKE_ASSERT(false);
    return nullptr;
}

std::unique_ptr<redis::Loop::Watch> ReactorLoop::make_watch(int, Watch::Callback) {
    TURNPIKE_ASSERT(false);
    return nullptr;
}

void ReactorLoop::soon(std::function<void()> work) { post(std::move(work)); }
void ReactorLoop::post(std::function<void()> work) { reactor_.post(std::move(work)); }

worker::Task<> ReactorLoop::run_soon() { co_return; }

}  // namespace turnpike::cache
