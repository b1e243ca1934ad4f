#include "common/redis/connection.hpp"

#include <utility>

#include "common/redis/limits.hpp"

namespace turnpike::redis {

Connection::Connection(const Surroundings& surroundings, const Address& address, const Terms& terms,
                       Owner& owner)
    : terms_(terms),
      owner_(owner),
      transport_(surroundings, address, *this),
      deadline_timer_(surroundings.loop.make_timer([this] {
          const std::shared_ptr<Connection> held = shared_from_this();
          fail(timed_out("Redis did not answer in time"));
      })) {}

void Connection::open() {
    arm_deadline(steady_now() + terms_.connect_timeout);
    transport_.connect();
}

void Connection::on_not_connected(const std::string& problem) {
    const std::shared_ptr<Connection> held = shared_from_this();
    lost(problem);
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
    incoming_.resize(limits::kReadBytes);
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
    write();
}

void Connection::write() {
    if (outgoing_.empty()) return;
    written_ += transport_.write(std::string_view(outgoing_).substr(written_));
    if (written_ < outgoing_.size()) {
        // What is written is dropped in large pieces, so that each byte is moved once or so.
        if (written_ < outgoing_.size() / 2) return;
        outgoing_.erase(0, std::exchange(written_, 0));
        return;
    }
    written_ = 0;
    outgoing_.clear();
    if (outgoing_.capacity() > limits::kReadBytes) std::string().swap(outgoing_);
}

void Connection::on_readable() {
    const std::shared_ptr<Connection> held = shared_from_this();
    do {
        const auto bytes = transport_.read(incoming_.data(), incoming_.size());
        if (!bytes) return lost(transport_.problem());
        if (*bytes > 0) take(*bytes);
        if (state_ == State::Closed) return;
    } while (transport_.has_more());
    write();
}

void Connection::on_writable() { write(); }

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
}

void Connection::arm_oldest() {
    if (in_flight_.empty()) {
        deadline_timer_->cancel();
        armed_ = SteadyTime::max();
        return;
    }
    arm_deadline(in_flight_.front().deadline);
}

void Connection::arm_deadline(SteadyTime deadline) {
    if (armed_ == deadline) return;
    armed_ = deadline;
    deadline_timer_->expire_at(deadline);
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
    deadline_timer_->cancel();
    armed_ = SteadyTime::max();
}

void Connection::fail_sent(const Error& error) {
    for (Request& request : std::exchange(in_flight_, {})) request.answer(error);
}

}  // namespace turnpike::redis
