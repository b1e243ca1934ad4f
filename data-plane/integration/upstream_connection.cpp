#include "data-plane/integration/upstream_connection.hpp"

#include "data-plane/integration/upstream_group.hpp"

namespace turnpike::integration {
namespace {

using net::BodyPiece;
using net::IoStatus;

constexpr std::size_t kHeadReadBytes = 4096;
constexpr std::size_t kBodyReadBytes = 32'768;

}  // namespace

UpstreamConnection::UpstreamConnection(UpstreamGroup& group, std::unique_ptr<net::Stream> stream,
                                       net::BufferPool& buffers, const Limits& limits)
    : group_(group), stream_(std::move(stream)), limits_(limits), input_(buffers), more_(buffers) {}

void UpstreamConnection::begin(bool answers_head, Milliseconds body_idle) {
    head_.reset();
    input_.clear();
    more_.clear();
    reads_on_ = false;
    taken_ = 0;
    remaining_ = 0;
    interim_heads_ = 0;
    body_idle_ = body_idle;
    body_ = BodyState::NotBegun;
    answers_head_ = answers_head;
    is_request_sent_ = false;
    has_received_ = false;
    waits_for_whole_body_ = false;
    is_drained_ = false;
}

net::IoResult UpstreamConnection::read(std::size_t space_wanted) {
    net::Buffer& to = source();
    if (!to.make_space(space_wanted, limits_.input_bytes_max)) return {0, IoStatus::Failed};
    const net::IoResult result = stream_->try_read(to.space());
    if (result.bytes > 0) {
        to.commit(result.bytes);
        has_received_ = true;
    }
    return result;
}

UpstreamConnection::Arrival UpstreamConnection::receive() {
    while (true) {
        const bool in_body = body_ != BodyState::NotBegun;
        // The space for a small body was made when its head came: reading must not move the head.
        const net::IoResult result = read(in_body ? 1 : kHeadReadBytes);
        if (result.status == IoStatus::WouldBlock) return Arrival::NeedMore;
        if (result.bytes == 0) return in_body || has_received_ ? Arrival::Refused : Arrival::Lost;
        const Arrival arrival = in_body ? Arrival::Head : parse();
        if (arrival == Arrival::NeedMore) {
            if (!stream_->maybe_readable()) return arrival;
            continue;
        }
        if (arrival != Arrival::Head) return arrival;
        if (!waits_for_whole_body_ || whole_body_is_here()) return Arrival::Head;
        if (!stream_->maybe_readable()) return Arrival::NeedMore;
    }
}

UpstreamConnection::Arrival UpstreamConnection::parse() {
    while (true) {
        const http::ParseOutcome outcome = head_.parse(input_.data(), limits_.head, answers_head_);
        if (outcome.refused()) return Arrival::Refused;
        if (outcome.needs_more()) return Arrival::NeedMore;
        if (!head_.is_interim()) {
            taken_ = outcome.consumed;
            return begin_body();
        }
        // 101 would be the end of HTTP on this connection; nobody asked for it.
        if (head_.status() == 101 || ++interim_heads_ > limits_.interim_heads_max) {
            return Arrival::Refused;
        }
        input_.consume(outcome.consumed);
        head_.reset();
        if (input_.empty()) return Arrival::NeedMore;
    }
}

UpstreamConnection::Arrival UpstreamConnection::begin_body() {
    switch (head_.framing()) {
        case http::BodyFraming::None:
            body_ = BodyState::Complete;
            return Arrival::Head;
        case http::BodyFraming::Chunked:
            chunks_.reset();
            body_ = BodyState::Chunked;
            return Arrival::Head;
        case http::BodyFraming::UntilClose:
            body_ = BodyState::UntilClose;
            return Arrival::Head;
        case http::BodyFraming::Length:
            break;
    }
    remaining_ = head_.content_length();
    body_ = remaining_ == 0 ? BodyState::Complete : BodyState::Length;
    waits_for_whole_body_ = remaining_ > 0 && remaining_ <= limits_.whole_body_bytes_max;
    if (!waits_for_whole_body_ || whole_body_is_here()) return Arrival::Head;
    const std::size_t missing = static_cast<std::size_t>(remaining_) - (input_.size() - taken_);
    // One byte more, so that the read that fills the body can be a short one.
    if (!input_.make_space(missing + 1, limits_.input_bytes_max)) return Arrival::Refused;
    head_.move_to(input_.data().data());
    return Arrival::Head;
}

bool UpstreamConnection::whole_body_is_here() const { return input_.size() - taken_ >= remaining_; }

std::optional<std::uint64_t> UpstreamConnection::declared_length() const {
    switch (head_.framing()) {
        case http::BodyFraming::Length:
            return head_.content_length();
        case http::BodyFraming::None:
            return 0;
        default:
            return std::nullopt;
    }
}

BodyPiece UpstreamConnection::fail(BodyPiece::Status status) {
    body_ = BodyState::Broken;
    return {status, {}};
}

BodyPiece UpstreamConnection::take_length(std::string_view bytes) {
    const std::size_t size =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), remaining_));
    taken_ += size;
    remaining_ -= size;
    if (remaining_ == 0) body_ = BodyState::Complete;
    return {BodyPiece::Status::Data, bytes.substr(0, size)};
}

std::optional<BodyPiece> UpstreamConnection::take_chunk(std::string_view bytes) {
    using Status = http::ChunkedDecoder::Status;
    while (!bytes.empty()) {
        const http::ChunkedDecoder::Step step = chunks_.next(bytes);
        taken_ += step.consumed;
        bytes.remove_prefix(step.consumed);
        switch (step.status) {
            case Status::Data:
                end_chunks_if_here();
                return BodyPiece{BodyPiece::Status::Data, step.data};
            case Status::Done:
                body_ = BodyState::Complete;
                return BodyPiece{BodyPiece::Status::End, {}};
            case Status::Refused:
                return fail(BodyPiece::Status::Invalid);
            case Status::NeedMore:
                return std::nullopt;
        }
    }
    return std::nullopt;
}

/// An end that has arrived with the last piece spares the caller a wait, and lets the answer go out
/// with its length.
void UpstreamConnection::end_chunks_if_here() {
    http::ChunkedDecoder ahead = chunks_;
    const http::ChunkedDecoder::Step step = ahead.next(source().data().substr(taken_));
    if (step.status != http::ChunkedDecoder::Status::Done) return;
    taken_ += step.consumed;
    body_ = BodyState::Complete;
}

std::optional<BodyPiece> UpstreamConnection::take_buffered() {
    const std::string_view bytes = source().data().substr(taken_);
    switch (body_) {
        case BodyState::Complete:
            return BodyPiece{BodyPiece::Status::End, {}};
        case BodyState::NotBegun:
        case BodyState::Broken:
            return BodyPiece{BodyPiece::Status::Lost, {}};
        case BodyState::Length:
            if (bytes.empty()) return std::nullopt;
            return take_length(bytes);
        case BodyState::UntilClose:
            if (bytes.empty()) return std::nullopt;
            taken_ += bytes.size();
            return BodyPiece{BodyPiece::Status::Data, bytes};
        case BodyState::Chunked:
            return take_chunk(bytes);
    }
    return std::nullopt;
}

BodyPiece UpstreamConnection::end_of_stream() {
    if (body_ != BodyState::UntilClose) return fail(BodyPiece::Status::Lost);
    body_ = BodyState::Complete;
    return {BodyPiece::Status::End, {}};
}

worker::MaybeTask<BodyPiece> UpstreamConnection::next() {
    if (auto piece = take_buffered()) return *piece;
    return wait_for_piece();
}

worker::MaybeTask<BodyPiece> UpstreamConnection::read_all() {
    // Asked for only when the answer came with its whole body; other bodies are streamed.
    if (body_ == BodyState::Complete) return BodyPiece{BodyPiece::Status::End, {}};
    if (waits_for_whole_body_) return take_length(input_.data().substr(taken_));
    return fail(BodyPiece::Status::TooLarge);
}

worker::Task<BodyPiece> UpstreamConnection::wait_for_piece() {
    while (true) {
        // All that was received is dealt with, but for the head.
        reads_on_ = true;
        more_.clear();
        taken_ = 0;
        const SteadyTime deadline = stream_->reactor().now() + body_idle_;
        const IoStatus status = co_await stream_->readable(deadline);
        if (status == IoStatus::TimedOut) co_return fail(BodyPiece::Status::TimedOut);
        if (status != IoStatus::Done && status != IoStatus::Closed) {
            co_return fail(BodyPiece::Status::Lost);
        }
        const net::IoResult result = read(kBodyReadBytes);
        if (result.status == IoStatus::WouldBlock) continue;
        if (result.bytes == 0) {
            co_return result.status == IoStatus::Closed ? end_of_stream()
                                                        : fail(BodyPiece::Status::Lost);
        }
        if (auto piece = take_buffered()) co_return *piece;
    }
}

/// What is here already, so that an answer nobody read to its end does not cost the connection.
void UpstreamConnection::drop_buffered() {
    while (body_ != BodyState::Complete) {
        const auto piece = take_buffered();
        if (!piece || piece->status != BodyPiece::Status::Data) return;
    }
}

bool UpstreamConnection::may_be_used_again() {
    drop_buffered();
    const bool is_clean = body_ == BodyState::Complete && is_request_sent_ &&
                          head_.framing() != http::BodyFraming::UntilClose && head_.keeps_alive() &&
                          taken_ == source().size();
    if (!is_clean || stream_->hung_up()) return false;
    if (!stream_->maybe_readable()) return true;
    // The last read filled its space, so whether more came is not known. It must not.
    char byte = 0;
    return stream_->try_read({&byte, 1}).status == IoStatus::WouldBlock;
}

void UpstreamConnection::rest(SteadyTime now) {
    idle_since_ = now;
    is_reused_ = true;
    input_.release();
    more_.release();
}

bool UpstreamConnection::is_worth_draining() const {
    if (is_drained_ || !is_request_sent_ || !head_.keeps_alive() || stream_->hung_up()) {
        return false;
    }
    return body_ == BodyState::Chunked ||
           (body_ == BodyState::Length && remaining_ <= limits_.drained_bytes_max);
}

void UpstreamConnection::release() {
    if (may_be_used_again()) return group_.take_back(*this, true);
    if (!is_worth_draining()) return group_.take_back(*this, false);
    is_drained_ = true;
    group_.drain(*this);
}

}  // namespace turnpike::integration
