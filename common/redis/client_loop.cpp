#include "common/redis/client_loop.hpp"

#include <utility>

namespace turnpike::redis {

ClientLoop::ClientLoop(Options options) : options_(std::move(options)) {
    Result<Target> target = parse_url(options_.url);
    if (target) {
        is_cluster_ = target->kind == Target::Kind::Cluster;
        if (target->is_tls()) trusted_ = std::make_unique<TrustedAuthorities>();
        director_ = make_director({loop_, names_, trusted_.get()}, *std::move(target), options_);
    } else {
        why_not_ = target.error().message;
    }
    thread_ = std::thread([this] {
        if (director_) director_->start();
        loop_.run();
    });
}

ClientLoop::~ClientLoop() {
    loop_.post([this] { stop(); });
    thread_.join();
}

void ClientLoop::enqueue(Command command, Milliseconds timeout, Client::Callback callback) {
    Result<Request> request = make_request(std::move(command), is_cluster_);
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
    loop_.post([this] { flush(); });
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
    loop_.finish();
}

}  // namespace turnpike::redis
