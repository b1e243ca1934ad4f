#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/redis/connection.hpp"

namespace turnpike::redis {

/// Keeps one server connected: a lost connection is made again with back-off. In between, what is
/// submitted fails at once; while connecting it waits.
/// Thread: the loop's. Shared with what it does when its listener drops it.
class ServerLink final : public Connection::Owner, public std::enable_shared_from_this<ServerLink> {
public:
    /// Who is told; it may close or drop the link from there. Lifetime: until the link's close().
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void on_link_ready(ServerLink& link) = 0;
        virtual void on_link_lost(ServerLink& link, const Error& error) = 0;
        virtual void on_link_reply(ServerLink& link, Request request, Result<Reply> reply) = 0;
    };

    ServerLink(const Surroundings& surroundings, Address address, const Terms& terms,
               Listener& listener);

    void open();
    void submit(Request request);
    void push();
    /// Gives the connection up and makes another after the back-off: what was sent is answered with
    /// `error`. For a server that says that it is of no use now.
    void restart(const Error& error);
    /// For good. Returns: what was not sent.
    std::vector<Request> close(const Error& error);
    /// No connection is made again once this one ends. Returns: what was not sent.
    std::vector<Request> retire();
    /// Takes retire() back.
    void revive();
    /// For the next connection.
    void use(Address address) { address_ = std::move(address); }

    const Address& address() const { return address_; }
    bool is_ready() const { return connection_ && connection_->is_ready(); }
    bool is_lost() const { return !connection_; }
    bool is_idle() const { return !connection_ || connection_->is_idle(); }
    /// See Connection.
    SteadyTime busy_until() const {
        return connection_ ? connection_->busy_until() : SteadyTime::min();
    }

private:
    void on_ready() override;
    void on_lost(const Error& error) override;
    void on_reply(Request request, Result<Reply> reply) override;
    void retry_later(const Error& error);

    const Surroundings surroundings_;
    Address address_;
    const Terms terms_;
    Listener& listener_;
    std::shared_ptr<Connection> connection_;  // null: lost
    const std::unique_ptr<Loop::Timer> retry_timer_;
    Milliseconds backoff_;
    std::string why_lost_;
    bool is_retired_ = false;
};

}  // namespace turnpike::redis
