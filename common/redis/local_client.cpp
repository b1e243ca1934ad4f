#include "common/redis/local_client.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "common/redis/director.hpp"
#include "common/redis/slot.hpp"

namespace turnpike::redis {

struct LocalClient::Parts {
    Parts(Options chosen, Loop& its_loop)
        : options(std::move(chosen)), loop(its_loop), names(its_loop) {}

    const Options options;
    Loop& loop;
    NameLookup names;
    std::unique_ptr<TrustedAuthorities> trusted;  // null: no TLS
    std::optional<Target> target;                 // until it is started
    bool is_cluster = false;
    std::string why_not = "the Redis client has not been started";
    std::unique_ptr<Director> director;  // null: why_not
    std::atomic<std::size_t> waiting = 0;
    bool is_push_due = false;
    std::shared_ptr<char> alive = std::make_shared<char>();  // for what comes late
};

LocalClient::LocalClient(Options options, Loop& loop)
    : parts_(std::make_unique<Parts>(std::move(options), loop)) {
    Result<Target> target = parse_url(parts_->options.url);
    if (!target) {
        parts_->why_not = target.error().message;
        return;
    }
    parts_->is_cluster = target->kind == Target::Kind::Cluster;
    if (target->is_tls()) parts_->trusted = std::make_unique<TrustedAuthorities>();
    parts_->target = *std::move(target);
}

LocalClient::~LocalClient() {
    parts_->alive.reset();
    if (parts_->director) parts_->director->stop(unavailable("Redis client stopped"));
}

bool LocalClient::has_started() const { return !parts_->target; }

void LocalClient::start() {
    Parts& parts = *parts_;
    if (has_started()) return;
    parts.director = make_director({parts.loop, parts.names, parts.trusted.get()},
                                   *std::exchange(parts.target, std::nullopt), parts.options);
    parts.director->start();
}

void LocalClient::send(Command command, Client::Callback callback) {
    Parts& parts = *parts_;
    if (!parts.director) return callback(unavailable(parts.why_not));
    Result<Request> request = make_request(std::move(command), parts.is_cluster);
    if (!request) return callback(request.error());
    if (parts.waiting.load(std::memory_order_relaxed) >= parts.options.pending_max) {
        return callback(unavailable("too many Redis commands wait for an answer"));
    }
    parts.waiting.fetch_add(1, std::memory_order_relaxed);
    request->deadline = request->caller_deadline = steady_now() + parts.options.reply_timeout;
    request->callback = std::move(callback);
    request->waiting = &parts.waiting;
    parts.director->submit(*std::move(request));
    if (std::exchange(parts.is_push_due, true)) return;
    parts.loop.soon([&parts, there = std::weak_ptr(parts.alive)] {
        if (there.expired()) return;
        parts.is_push_due = false;
        parts.director->push();
    });
}

bool LocalClient::is_cluster() const { return parts_->is_cluster; }

std::uint16_t LocalClient::slot_of(std::string_view key) const {
    return parts_->is_cluster ? redis::slot_of(key) : std::uint16_t{0};
}

bool LocalClient::is_slot_connected(std::uint16_t slot) const {
    return parts_->director && parts_->director->is_slot_connected(slot);
}

bool LocalClient::is_same_server(std::uint16_t one, std::uint16_t other) const {
    if (one == other || !parts_->director) return one == other;
    return parts_->director->server_of(one) == parts_->director->server_of(other);
}

}  // namespace turnpike::redis
