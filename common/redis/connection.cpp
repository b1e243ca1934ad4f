#include "common/redis/connection.hpp"

#include <utility>

#include "common/redis/limits.hpp"

namespace turnpike::redis {

Connection::Connection(boost::asio::io_context& io, const Address& address, const Terms& terms,
                       Owner& owner)
    : terms_(terms),
      owner_(owner),
      transport_(io, address),
      deadline_timer_(io),
      incoming_(limits::kReadBytes) {}

void Connection::open() {
    arm_deadline(steady_now() + terms_.connect_timeout);
    transport_.connect([self = shared_from_this()](const std::string& problem, std::size_t) {
        if (self->state_ == State::Closed) return;
        if (!problem.empty()) return self->lost(problem);
        self->log_in();
    });
}

void Connection::log_in() {
    const Address& address = transport_.address();
    std::vector<Command> commands;
    if (!address.password.empty()) {
        Command auth{"AUTH"};
        if (!address.user.empty()) auth.push_back(address.user);
        auth.push_back(address.password);
        commands.push_back(std::move(auth));
    }
    if (address.database != 0) commands.push_back({"SELECT", std::to_string(address.database)});
    if (terms_.needs_master) commands.push_back({"ROLE"});
    // One that always answers: the server may accept connections long before it serves.
    commands.push_back({"PING"});
    log_in_replies_left_ = commands.size();
    for (const Command& command : commands) outgoing_ += format(command);
    read();
    push();
}

void Connection::logged_in(const Result<Reply>& reply) {
    if (!reply) return lost("log-in: " + reply.error().detail);
    const bool is_role = reply->kind == Reply::Kind::Array && !reply->elements.empty();
    if (is_role && reply->elements.front().text != "master") return lost("it is not a master");
    if (--log_in_replies_left_ > 0) return;
    state_ = State::Ready;
    for (Request& request : std::exchange(unsent_, {})) send(std::move(request));
    push();
    owner_.on_ready();
}

void Connection::submit(Request request) {
    if (state_ == State::Connecting) {
        unsent_.push_back(std::move(request));
    } else if (state_ == State::Ready) {
        send(std::move(request));
    } else {
        request.answer(unavailable("Redis connection closed"));
    }
}

void Connection::send(Request request) {
    outgoing_ += request.bytes;
    if (!terms_.keeps_bytes) std::string().swap(request.bytes);
    in_flight_.push_back(std::move(request));
}

void Connection::push() {
    if (state_ == State::Ready) arm_oldest();
    if (is_writing_ || outgoing_.empty()) return;
    is_writing_ = true;
    writing_.swap(outgoing_);
    outgoing_.clear();
    transport_.write(boost::asio::buffer(writing_),
                     [self = shared_from_this()](const std::string& problem, std::size_t) {
                         if (self->state_ == State::Closed) return;
                         self->is_writing_ = false;
                         if (!problem.empty()) return self->lost(problem);
                         self->push();
                     });
}

void Connection::read() {
    transport_.read(boost::asio::buffer(incoming_),
                    [self = shared_from_this()](const std::string& problem, std::size_t bytes) {
                        if (self->state_ == State::Closed) return;
                        if (!problem.empty()) return self->lost(problem);
                        self->take(bytes);
                    });
}

void Connection::take(std::size_t bytes) {
    reader_.feed({incoming_.data(), bytes});
    while (auto reply = reader_.next()) {
        if (state_ == State::Connecting) {
            logged_in(*reply);
        } else if (in_flight_.empty()) {
            lost("an answer without a question");
        } else {
            Request request = std::move(in_flight_.front());
            in_flight_.pop_front();
            owner_.on_reply(std::move(request), std::move(*reply));
        }
        if (state_ == State::Closed) return;
    }
    if (reader_.failed()) return lost("the answer is not RESP");
    if (state_ == State::Ready) arm_oldest();
    read();
}

void Connection::arm_oldest() {
    if (in_flight_.empty()) {
        deadline_timer_.cancel();
        armed_ = SteadyTime::max();
        return;
    }
    arm_deadline(in_flight_.front().deadline);
}

void Connection::arm_deadline(SteadyTime deadline) {
    if (armed_ == deadline) return;
    armed_ = deadline;
    deadline_timer_.expires_at(deadline);
    deadline_timer_.async_wait([self = shared_from_this(), deadline](auto error) {
        if (error || self->state_ == State::Closed || self->armed_ != deadline) return;
        self->fail(timed_out("Redis did not answer in time"));
    });
}

void Connection::lost(const std::string& reason) {
    fail(unavailable("Redis connection lost: " + reason));
}

void Connection::fail(const Error& error) {
    shut();
    fail_sent(error);
    for (Request& request : std::exchange(unsent_, {})) request.answer(error);
    owner_.on_lost(error);
}

std::vector<Request> Connection::close(const Error& error) {
    shut();
    fail_sent(error);
    return take_unsent();
}

SteadyTime Connection::busy_until() const {
    if (!unsent_.empty()) return unsent_.back().deadline;
    return in_flight_.empty() ? SteadyTime::min() : in_flight_.back().deadline;
}

std::vector<Request> Connection::take_unsent() { return std::exchange(unsent_, {}); }

void Connection::shut() {
    state_ = State::Closed;
    transport_.close();
    deadline_timer_.cancel();
    armed_ = SteadyTime::max();
}

void Connection::fail_sent(const Error& error) {
    for (Request& request : std::exchange(in_flight_, {})) request.answer(error);
}

}  // namespace turnpike::redis
