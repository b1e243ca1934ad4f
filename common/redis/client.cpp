#include "common/redis/client.hpp"

#include <algorithm>
#include <future>

#include "common/redis/client_loop.hpp"
#include "common/redis/slot.hpp"

namespace turnpike::redis {

Client::Client(Options options) : loop_(std::make_unique<ClientLoop>(std::move(options))) {}
Client::~Client() = default;

void Client::send(Command command, Callback callback) {
    const Milliseconds timeout = loop_->options().reply_timeout;
    loop_->enqueue(std::move(command), timeout, std::move(callback));
}

Result<Reply> Client::call(Command command, Milliseconds timeout) {
    // Shared: the callback always comes, but perhaps after this call gave up waiting for it.
    auto answer = std::make_shared<std::promise<Result<Reply>>>();
    auto future = answer->get_future();
    loop_->enqueue(std::move(command), timeout,
                   [answer](Result<Reply> reply) { answer->set_value(std::move(reply)); });
    return future.get();
}

Result<std::vector<Result<Reply>>> Client::pipeline(std::vector<Command> commands,
                                                    Milliseconds timeout) {
    std::vector<std::future<Result<Reply>>> futures;
    futures.reserve(commands.size());
    for (Command& command : commands) {
        auto answer = std::make_shared<std::promise<Result<Reply>>>();
        futures.push_back(answer->get_future());
        loop_->enqueue(std::move(command), timeout,
                       [answer](Result<Reply> reply) { answer->set_value(std::move(reply)); });
    }
    std::vector<Result<Reply>> replies;
    replies.reserve(futures.size());
    for (auto& future : futures) replies.push_back(future.get());
    const bool is_any_answered = std::ranges::any_of(replies, [](const Result<Reply>& reply) {
        return reply || reply.error().kind == Error::Kind::Internal;
    });
    if (!replies.empty() && !is_any_answered) return replies.front().error();
    return replies;
}

bool Client::is_connected() const { return loop_->is_connected(); }

bool Client::is_slot_connected(std::uint16_t slot) const { return loop_->is_slot_connected(slot); }

std::uint16_t Client::slot_of(std::string_view key) const {
    return loop_->is_cluster() ? redis::slot_of(key) : std::uint16_t{0};
}

bool Client::is_same_server(std::uint16_t one, std::uint16_t other) const {
    return one == other || loop_->server_of(one) == loop_->server_of(other);
}

}  // namespace turnpike::redis
