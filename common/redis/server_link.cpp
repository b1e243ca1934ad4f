#include "common/redis/server_link.hpp"

#include <algorithm>
#include <utility>

#include "common/redis/limits.hpp"

namespace turnpike::redis {

ServerLink::ServerLink(const Surroundings& surroundings, Address address, const Terms& terms,
                       Listener& listener)
    : surroundings_(surroundings),
      address_(std::move(address)),
      terms_(terms),
      listener_(listener),
      retry_timer_(surroundings.loop.make_timer([this] {
          if (!is_retired_ && !connection_) open();
      })),
      backoff_(limits::kBackoffFirst) {}

void ServerLink::open() {
    connection_ = std::make_shared<Connection>(surroundings_, address_, terms_, *this);
    connection_->open();
}

void ServerLink::submit(Request request) {
    if (connection_) {
        connection_->submit(std::move(request));
    } else {
        request.answer(unavailable(why_lost_));
    }
}

void ServerLink::push() {
    if (connection_) connection_->push();
}

void ServerLink::restart(const Error& error) {
    if (!connection_) return;
    const std::shared_ptr<ServerLink> held = shared_from_this();
    for (Request& request : std::exchange(connection_, nullptr)->close(error)) {
        request.answer(error);
    }
    retry_later(error);
}

std::vector<Request> ServerLink::close(const Error& error) {
    is_retired_ = true;
    retry_timer_->cancel();
    why_lost_ = error.detail;
    if (!connection_) return {};
    return std::exchange(connection_, nullptr)->close(error);
}

std::vector<Request> ServerLink::retire() {
    is_retired_ = true;
    retry_timer_->cancel();
    return connection_ ? connection_->take_unsent() : std::vector<Request>();
}

void ServerLink::revive() {
    if (!is_retired_) return;
    is_retired_ = false;
    if (!connection_) open();
}

void ServerLink::on_ready() {
    backoff_ = limits::kBackoffFirst;
    listener_.on_link_ready(*this);
}

void ServerLink::on_lost(const Error& error) {
    const std::shared_ptr<ServerLink> held = shared_from_this();
    connection_.reset();
    retry_later(error);
}

void ServerLink::retry_later(const Error& error) {
    why_lost_ = error.detail;
    if (!is_retired_) {
        retry_timer_->expire_after(backoff_);
        backoff_ = std::min(backoff_ * 2, limits::kBackoffMax);
    }
    listener_.on_link_lost(*this, error);
}

void ServerLink::on_reply(Request request, Result<Reply> reply) {
    listener_.on_link_reply(*this, std::move(request), std::move(reply));
}

}  // namespace turnpike::redis
