#pragma once

#include "common/http/request_head.hpp"
#include "data-plane/net/buffer.hpp"
#include "data-plane/net/http1_body.hpp"
#include "data-plane/net/response_writer.hpp"
#include "data-plane/net/server.hpp"
#include "data-plane/net/stream.hpp"

namespace turnpike::net {

/// Writes one HTTP/1.1 response after the other. Small ones are put together in the connection's
/// output, which the connection sends when it has nothing more to answer.
/// Thread: the connection's.
class Http1Writer final : public ResponseWriter {
public:
    Http1Writer(Server& server, Stream& stream, Buffer& output, Http1Body& body)
        : server_(server), stream_(stream), output_(output), body_(body) {}

    /// For the answer to the request with this head.
    void begin(const http::RequestHead& head);
    /// For an answer to what could not be parsed.
    void begin_rejection();

    worker::MaybeTask<bool> send(const ResponseHead& head, std::string_view body) override;
    worker::MaybeTask<bool> start(const ResponseHead& head,
                                  std::optional<std::uint64_t> length) override;
    worker::MaybeTask<bool> write(std::string_view piece) override;
    worker::MaybeTask<bool> flush() override;
    worker::MaybeTask<bool> finish() override;
    void abort() override;
    void close_after() override { keep_alive_ = false; }

    bool is_started() const override { return state_ != State::Idle; }
    bool is_finished() const override { return state_ == State::Finished; }
    int status() const override { return status_; }
    std::uint64_t body_bytes_sent() const override { return body_bytes_sent_; }

    /// After the response: the connection may serve another request.
    bool keeps_alive() const { return keep_alive_ && state_ == State::Finished; }
    /// The client has to see that the response is broken.
    bool is_broken() const { return state_ == State::Broken; }

private:
    enum class State : std::uint8_t { Idle, Started, Finished, Broken };
    enum class Framing : std::uint8_t { None, Length, Chunked, UntilClose };

    void compose_head(const ResponseHead& head, std::optional<std::uint64_t> length);
    bool may_have_body() const;
    worker::MaybeTask<bool> write_out(std::string_view after_output);
    worker::Task<bool> write_out_slowly(worker::MaybeTask<IoStatus> writing, bool ends_chunk);
    bool note_written(IoStatus status, bool ends_chunk);
    void put_chunk_head(std::size_t bytes);

    Server& server_;
    Stream& stream_;
    Buffer& output_;
    Http1Body& body_;
    std::uint64_t remaining_ = 0;
    std::uint64_t body_bytes_sent_ = 0;
    int status_ = 0;
    State state_ = State::Idle;
    Framing framing_ = Framing::None;
    bool answers_head_ = false;
    bool client_is_http11_ = true;
    bool keep_alive_ = true;
};

}  // namespace turnpike::net
