#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/redis/codec.hpp"
#include "common/redis/request.hpp"
#include "common/redis/transport.hpp"

namespace turnpike::redis {

/// How connections of one client behave.
struct Terms {
    Milliseconds connect_timeout{1000};  ///< Until the server has answered the log-in.
    bool needs_master = false;           ///< A replica is as good as no server.
    bool keeps_bytes = false;            ///< A request may be sent again: MOVED.
};

/// One connection to one server, from its start to its end: connects, logs in, writes what is
/// queued in one go, and hands out replies in order. It ends with the first problem, because
/// answers are matched by order and none can be trusted after one is missing.
/// Thread: the loop's. Shared with what it does when its owner drops it.
class Connection final : public Transport::Owner, public std::enable_shared_from_this<Connection> {
public:
    /// Who is told. Lifetime: until close(), or its on_lost().
    class Owner {
    public:
        virtual ~Owner() = default;
        virtual void on_ready() = 0;
        /// Everything that waited has been answered with `error`.
        virtual void on_lost(const Error& error) = 0;
        /// The request was answered by the server; an error reply is an Error of kind Internal.
        virtual void on_reply(Request request, Result<Reply> reply) = 0;
    };

    Connection(const Surroundings& surroundings, const Address& address, const Terms& terms,
               Owner& owner);

    void open();
    /// Queues; goes out with the next push(), or when the log-in is done.
    void submit(Request request);
    void push();
    /// Ends it without telling the owner: what was sent is answered with `error`.
    /// Returns: what was not sent.
    std::vector<Request> close(const Error& error);

    bool is_ready() const { return state_ == State::Ready; }
    /// When the last of what waits is given up; the past if nothing waits.
    SteadyTime busy_until() const;
    bool is_idle() const { return in_flight_.empty() && unsent_.empty(); }
    std::vector<Request> take_unsent();

private:
    enum class State : std::uint8_t { Connecting, Ready, Closed };

    void on_connected() override { log_in(); }
    void on_not_connected(const std::string& problem) override;
    void on_readable() override;
    void on_writable() override;

    void log_in();
    void logged_in(const Result<Reply>& reply);
    void send(Request request);
    void write();
    void take(std::size_t bytes);
    void arm_oldest();
    void arm_deadline(SteadyTime deadline);
    void lost(const std::string& reason);
    void fail(const Error& error);
    void shut();
    void fail_sent(const Error& error);

    const Terms terms_;
    Owner& owner_;
    Transport transport_;
    const std::unique_ptr<Loop::Timer> deadline_timer_;
    SteadyTime armed_ = SteadyTime::max();
    State state_ = State::Connecting;
    ReplyReader reader_;
    std::size_t log_in_replies_left_ = 0;
    std::vector<Request> unsent_;  // while connecting
    std::deque<Request> in_flight_;
    std::string outgoing_;
    std::size_t written_ = 0;  // of outgoing_
    std::vector<char> incoming_;
};

}  // namespace turnpike::redis
