#pragma once

#include "common/http/chunked.hpp"
#include "common/http/request_head.hpp"
#include "data-plane/net/body.hpp"
#include "data-plane/net/buffer.hpp"
#include "data-plane/net/limits.hpp"
#include "data-plane/net/stream.hpp"

namespace turnpike::net {

/// The body of one HTTP/1 request after the other. It is read behind the head, in the same buffer,
/// while that has room without moving the head, whose views must stay; else in a buffer of its own.
/// Thread: the connection's.
class Http1Body final : public BodySource {
public:
    /// `output`: what is waiting to be sent, where "100 Continue" is put.
    Http1Body(Stream& stream, Buffer& input, Buffer& output, BufferPool& pool, const Limits& limits)
        : stream_(stream),
          input_(input),
          output_(output),
          limits_(limits),
          overflow_(pool),
          collected_(pool) {}

    /// Requires: `input` starts with the first byte after the head.
    void begin(const http::RequestHead& head);
    /// Puts back what was read beyond the body and frees the buffers. Requires: is_complete().
    void end();

    std::optional<std::uint64_t> declared_length() const override;
    bool is_complete() const override { return state_ == State::Complete; }
    worker::MaybeTask<BodyPiece> next() override;
    worker::MaybeTask<BodyPiece> read_all() override;

    /// It is too late for "100 Continue": the response begins.
    void forgo_continue() { awaits_continue_ = false; }
    /// Whether what is left is known to be small enough to be read and dropped.
    bool is_drainable() const;
    /// Drops what has arrived already.
    void skip_buffered();

private:
    enum class State : std::uint8_t { Reading, Complete, Failed };

    Buffer& source() { return reads_overflow_ ? overflow_ : input_; }
    /// A piece out of what has arrived. Returns: nothing if more has to be read.
    std::optional<BodyPiece> take_buffered();
    std::optional<BodyPiece> take_length();
    std::optional<BodyPiece> take_chunked();
    BodyPiece fail(BodyPiece::Status status);
    worker::Task<BodyPiece> next_slowly();
    worker::Task<BodyPiece> collect();
    std::span<char> space_for_reading();
    SteadyTime read_deadline() const;
    worker::Task<IoStatus> send_continue();

    Stream& stream_;
    Buffer& input_;
    Buffer& output_;
    const Limits& limits_;
    Buffer overflow_;
    Buffer collected_;
    http::ChunkedDecoder decoder_;
    std::uint64_t declared_ = 0;
    std::uint64_t remaining_ = 0;  // of a declared length
    std::uint64_t received_ = 0;
    Milliseconds waited_{0};
    std::size_t body_offset_ = 0;  // in the input's block
    State state_ = State::Complete;
    BodyPiece::Status failure_ = BodyPiece::Status::Lost;
    bool is_chunked_ = false;
    bool awaits_continue_ = false;
    bool reads_overflow_ = false;
};

}  // namespace turnpike::net
