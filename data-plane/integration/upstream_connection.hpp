#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "common/http/chunked.hpp"
#include "common/http/response_head.hpp"
#include "data-plane/integration/limits.hpp"
#include "data-plane/net/body.hpp"
#include "data-plane/net/buffer.hpp"
#include "data-plane/net/stream.hpp"
#include "data-plane/pipeline/upstream_answer.hpp"

namespace turnpike::integration {

class UpstreamGroup;

/// One connection to a back end, for one request at a time. Owned by its group while idle, by the
/// request (through UpstreamAnswerPtr) while in use.
/// Thread: its reactor's.
class UpstreamConnection final : public pipeline::UpstreamAnswer, private net::BodySource {
public:
    UpstreamConnection(UpstreamGroup& group, std::unique_ptr<net::Stream> stream,
                       net::BufferPool& buffers, const Limits& limits);
    ~UpstreamConnection() = default;
    UpstreamConnection(const UpstreamConnection&) = delete;
    UpstreamConnection& operator=(const UpstreamConnection&) = delete;

    net::Stream& stream() { return *stream_; }
    /// It has carried an answer before: the back end may have closed it meanwhile.
    bool is_reused() const { return is_reused_; }

    /// Starts a request. `answers_head`: the verb is HEAD. `body_idle`: how long a body that is
    /// awaited may stay silent.
    void begin(bool answers_head, Milliseconds body_idle);
    /// The whole request is in the kernel's hands; without this the connection is not used again.
    void request_sent() { is_request_sent_ = true; }

    enum class Arrival : std::uint8_t {
        NeedMore,  ///< Wait for the stream to become readable, then ask again.
        Head,      ///< The head is there; so is the body, if it is announced to be small.
        Lost,      ///< The connection ended first; see has_received().
        Refused,   ///< Not an acceptable HTTP response.
    };
    /// Reads what there is without waiting.
    Arrival receive();
    /// Bytes of an answer arrived.
    bool has_received() const { return has_received_; }

    const http::ResponseHead& head() const override { return head_; }
    net::BodySource& body() override { return *this; }
    void limit_silence(Milliseconds longest) override {
        body_idle_ = std::min(body_idle_, longest);
    }
    /// As UpstreamAnswer says; but a short rest of the body is first read and dropped, once, while
    /// nobody waits, so that it does not cost the connection.
    void release() override;

    SteadyTime idle_since() const { return idle_since_; }
    void rest(SteadyTime now);
    /// Nothing speaks against another request.
    bool is_usable() const { return !stream_->hung_up() && !stream_->maybe_readable(); }

private:
    enum class BodyState : std::uint8_t { NotBegun, Length, Chunked, UntilClose, Complete, Broken };

    std::optional<std::uint64_t> declared_length() const override;
    bool is_complete() const override { return body_ == BodyState::Complete; }
    worker::MaybeTask<net::BodyPiece> next() override;
    worker::MaybeTask<net::BodyPiece> read_all() override;

    Arrival parse();
    Arrival begin_body();
    bool whole_body_is_here() const;
    net::IoResult read(std::size_t space_wanted);
    std::optional<net::BodyPiece> take_buffered();
    net::BodyPiece take_length(std::string_view bytes);
    std::optional<net::BodyPiece> take_chunk(std::string_view bytes);
    void end_chunks_if_here();
    net::BodyPiece fail(net::BodyPiece::Status status);
    net::BodyPiece end_of_stream();
    worker::Task<net::BodyPiece> wait_for_piece();
    void drop_buffered();
    bool may_be_used_again();
    bool is_worth_draining() const;

    net::Buffer& source() { return reads_on_ ? more_ : input_; }

    UpstreamGroup& group_;
    std::unique_ptr<net::Stream> stream_;
    const Limits& limits_;
    net::Buffer input_;  // the head and what came with it
    net::Buffer more_;   // pieces of the body after that: the head stays where it is
    http::ResponseHead head_;
    http::ChunkedDecoder chunks_;
    std::size_t taken_ = 0;        // bytes of source() that were given out or belong to the head
    std::uint64_t remaining_ = 0;  // of a body with a length
    Milliseconds body_idle_{0};
    SteadyTime idle_since_;
    std::size_t interim_heads_ = 0;
    BodyState body_ = BodyState::NotBegun;
    bool reads_on_ = false;
    bool answers_head_ = false;
    bool is_reused_ = false;
    bool is_request_sent_ = false;
    bool has_received_ = false;
    bool waits_for_whole_body_ = false;
    bool is_drained_ = false;
};

}  // namespace turnpike::integration
