#include "common/redis/client_loop.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "common/base/text.hpp"
#include "common/redis/codec.hpp"
#include "common/redis/command_key.hpp"
#include "common/redis/slot.hpp"

namespace turnpike::redis {

namespace asio = boost::asio;

ClientLoop::ClientLoop(Options options) : options_(std::move(options)) {
    Result<Target> target = parse_url(options_.url);
    if (target) {
        is_cluster_ = target->kind == Target::Kind::Cluster;
        director_ = make_director(io_, *std::move(target), options_);
    } else {
        why_not_ = target.error().message;
    }
    thread_ = std::thread([this] {
        if (director_) director_->start();
        io_.run();
    });
}

ClientLoop::~ClientLoop() {
    asio::post(io_, [this] { stop(); });
    thread_.join();
}

Result<Request> ClientLoop::make_request(Command command) const {
    Request request;
    if (is_cluster_) {
        if (const auto position = key_position(command)) {
            request.slot = slot_of(command[*position]);
        }
        if (command.size() > 1 && equals_ignoring_case(command.front(), "SCAN")) {
            request.slot.reset();
            request.scan = ScanCursor::parse(command[1]);
            if (!request.scan) return invalid("not a cursor that SCAN gave");
            command[1] = request.scan->at;
        }
    }
    request.bytes = format(command);
    return request;
}

void ClientLoop::enqueue(Command command, Milliseconds timeout, Client::Callback callback) {
    Result<Request> request = make_request(std::move(command));
    if (!request) return callback(request.error());
    request->deadline = request->caller_deadline = steady_now() + timeout;
    request->callback = std::move(callback);
    if (waiting_.fetch_add(1, std::memory_order_relaxed) >= options_.pending_max) {
        waiting_.fetch_sub(1, std::memory_order_relaxed);
        return request->answer(unavailable("too many Redis commands wait for an answer"));
    }
    request->waiting = &waiting_;
    const std::lock_guard lock(mutex_);
    arrived_.push_back(*std::move(request));
    if (is_flush_posted_) return;
    is_flush_posted_ = true;
    asio::post(io_, [this] { flush(); });
}

void ClientLoop::flush() {
    std::vector<Request> arrived;
    {
        const std::lock_guard lock(mutex_);
        is_flush_posted_ = false;
        arrived.swap(arrived_);
    }
    for (Request& request : arrived) {
        if (is_stopped_ || !director_) {
            request.answer(unavailable(director_ ? "Redis client stopped" : why_not_));
        } else {
            director_->submit(std::move(request));
        }
    }
    if (director_ && !is_stopped_) director_->push();
}

void ClientLoop::stop() {
    if (director_) director_->stop(unavailable("Redis client stopped"));
    is_stopped_ = true;
    flush();
    work_.reset();
}

}  // namespace turnpike::redis
