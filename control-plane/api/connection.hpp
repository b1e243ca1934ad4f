#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/random.hpp"
#include "common/http/chunked.hpp"
#include "common/http/request_head.hpp"
#include "control-plane/api/dispatcher.hpp"

namespace turnpike::api {

/// Room for bodies that are being received, over all connections. Thread: any.
class BodyBudget {
public:
    explicit BodyBudget(std::size_t bytes) : free_(static_cast<std::int64_t>(bytes)) {}
    bool take(std::size_t bytes);
    void give_back(std::size_t bytes);

private:
    std::atomic<std::int64_t> free_;
};

/// One HTTP/1.1 connection of the management API: bytes in, bytes out, no socket. Every head goes
/// through the strict parser; what is refused is answered with JSON like any other error, and the
/// connection ends. Memory: one head and one body, both bounded. Thread: its reactor's.
class Connection {
public:
    /// `source_address`: the peer's, "127.0.0.1".
    Connection(RequestHandler& handler, BodyBudget& budget, SteadyTime now,
               std::string source_address = {});
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Takes bytes from the client and answers what is complete. Returns: bytes to send, maybe
    /// none. Input after the end of the connection is dropped.
    std::string receive(std::string_view input, SteadyTime now);

    /// Work that gives the answer to the last request, for a thread that may wait; what comes
    /// meanwhile is kept for later, up to a bound. Returns: an empty function if there is none.
    std::function<Answer()> take_later() { return std::exchange(later_, {}); }
    /// Takes what that work gave. Returns: as receive(); nothing if the connection has ended.
    std::string answer(const Answer& late, SteadyTime now);

    /// Nothing more will be answered: send what receive() returned, end the sending side, and read
    /// on until the client ends too or the deadline has passed.
    bool is_ending() const { return state_ == State::Ending; }
    /// The connection has not received what it waits for in time if this has passed.
    SteadyTime deadline() const { return deadline_; }
    /// To be sent before the connection is cut at its deadline: 408 if a request was under way.
    std::string time_out();

private:
    enum class State : std::uint8_t { Head, Body, Chunks, Waiting, Ending };

    std::string_view take_head(std::string_view input, SteadyTime now);
    void begin_request(SteadyTime now);
    std::string_view take_body(std::string_view input);
    std::string_view take_chunks(std::string_view input);
    bool reserve(std::size_t bytes);
    void finish_request(SteadyTime now);
    void finish_answer(const Answer& answer, SteadyTime now);
    void keep_for_later(std::string_view input, SteadyTime now);
    void refuse(int status, std::string message);
    void refuse(http::HeadProblem problem);
    void write(const Answer& answer, bool keep_alive);
    void end(SteadyTime now);
    void wait_for_next(SteadyTime now);
    access::RequestHead signed_head();

    RequestHandler& handler_;
    BodyBudget& budget_;
    const std::string source_address_;
    FastRandom random_;
    State state_ = State::Head;
    SteadyTime deadline_;
    std::string head_bytes_;
    http::RequestHead head_;
    std::vector<access::HeaderField> fields_;
    http::ChunkedDecoder chunks_;
    std::string body_;
    std::uint64_t body_missing_ = 0;
    std::size_t reserved_ = 0;
    std::string output_;
    std::function<Answer()> later_;
    std::string held_;  // what came while the answer is awaited
    bool must_end_ = false;
};

}  // namespace turnpike::api
