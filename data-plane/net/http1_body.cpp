#include "data-plane/net/http1_body.hpp"

#include <algorithm>

namespace turnpike::net {
namespace {

constexpr std::size_t kOverflowBytes = 65536;
/// Bodies that fit into less than this behind the head are not worth a buffer of their own.
constexpr std::size_t kSpaceWorthReading = 2048;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

void Http1Body::begin(const http::RequestHead& head) {
    is_chunked_ = head.framing() == http::BodyFraming::Chunked;
    declared_ = head.framing() == http::BodyFraming::Length ? head.content_length() : 0;
    remaining_ = declared_;
    state_ = is_chunked_ || remaining_ > 0 ? State::Reading : State::Complete;
    awaits_continue_ = false;
    if (state_ == State::Complete) return;
    awaits_continue_ = head.expect() == http::RequestHead::Expect::Continue &&
                       head.version() == http::Version::Http11;
    decoder_.reset();
    received_ = 0;
    waited_ = Milliseconds{0};
    body_offset_ = input_.offset();
    reads_overflow_ = false;
}

void Http1Body::end() {
    if (reads_overflow_) {
        // Only a chunked body can be read beyond, and only when the input was used up.
        if (!overflow_.empty()) input_ = std::move(overflow_);
        reads_overflow_ = false;
    }
    overflow_.release();
    collected_.release();
}

std::optional<std::uint64_t> Http1Body::declared_length() const {
    if (is_chunked_) return std::nullopt;
    return declared_;
}

bool Http1Body::is_drainable() const {
    if (state_ == State::Complete) return true;
    return state_ == State::Reading && !is_chunked_ && !awaits_continue_ &&
           remaining_ <= limits_.drain_bytes_max;
}

void Http1Body::skip_buffered() {
    while (state_ == State::Reading) {
        const auto piece = take_buffered();
        if (!piece || piece->status != BodyPiece::Status::Data) return;
    }
}

BodyPiece Http1Body::fail(BodyPiece::Status status) {
    state_ = State::Failed;
    failure_ = status;
    return {status, {}};
}

std::optional<BodyPiece> Http1Body::take_buffered() {
    if (state_ == State::Complete) return BodyPiece{BodyPiece::Status::End, {}};
    if (state_ == State::Failed) return BodyPiece{failure_, {}};
    return is_chunked_ ? take_chunked() : take_length();
}

std::optional<BodyPiece> Http1Body::take_length() {
    Buffer& from = source();
    if (from.empty()) return std::nullopt;
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(from.size(), remaining_));
    const std::string_view piece = from.data().substr(0, bytes);
    from.consume(bytes);
    remaining_ -= bytes;
    received_ += bytes;
    awaits_continue_ = false;
    if (remaining_ == 0) state_ = State::Complete;
    return BodyPiece{BodyPiece::Status::Data, piece};
}

std::optional<BodyPiece> Http1Body::take_chunked() {
    Buffer& from = source();
    while (!from.empty()) {
        awaits_continue_ = false;
        const auto step = decoder_.next(from.data());
        from.consume(step.consumed);
        switch (step.status) {
            case http::ChunkedDecoder::Status::Refused:
                return fail(BodyPiece::Status::Invalid);
            case http::ChunkedDecoder::Status::Done:
                state_ = State::Complete;
                return BodyPiece{BodyPiece::Status::End, {}};
            case http::ChunkedDecoder::Status::Data:
                received_ += step.data.size();
                if (received_ > limits_.body_bytes_max) return fail(BodyPiece::Status::TooLarge);
                return BodyPiece{BodyPiece::Status::Data, step.data};
            case http::ChunkedDecoder::Status::NeedMore:
                break;
        }
    }
    return std::nullopt;
}

worker::MaybeTask<BodyPiece> Http1Body::next() {
    if (auto piece = take_buffered()) return *piece;
    return next_slowly();
}

worker::Task<BodyPiece> Http1Body::next_slowly() {
    if (awaits_continue_) {
        awaits_continue_ = false;
        const IoStatus sent = co_await send_continue();
        if (sent != IoStatus::Done) co_return fail(BodyPiece::Status::Lost);
    }
    for (;;) {
        const std::span<char> space = space_for_reading();
        const SteadyTime begun = stream_.reactor().now();
        const IoResult outcome = co_await stream_.read_some(space, read_deadline());
        waited_ += std::chrono::duration_cast<Milliseconds>(stream_.reactor().now() - begun);
        if (outcome.status == IoStatus::TimedOut) co_return fail(BodyPiece::Status::TimedOut);
        if (outcome.status != IoStatus::Done) co_return fail(BodyPiece::Status::Lost);
        source().commit(outcome.bytes);
        if (auto piece = take_buffered()) co_return *piece;
    }
}

std::span<char> Http1Body::space_for_reading() {
    // All that has arrived was taken, and the piece handed out last is over.
    if (!reads_overflow_) {
        input_.rewind_to(body_offset_);
        const std::size_t room = input_.space().size();
        const std::uint64_t wanted = is_chunked_ ? kSpaceWorthReading : remaining_;
        // Behind the head, pipelined requests may follow the body: no need to read exactly.
        if (room >= wanted) return input_.space();
        reads_overflow_ = true;
    }
    overflow_.clear();
    const std::uint64_t wanted = is_chunked_ ? kOverflowBytes : remaining_;
    overflow_.make_space(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, kOverflowBytes)),
                         SIZE_MAX);
    const std::span<char> space = overflow_.space();
    // A declared length is read exactly, so that nothing of the next request comes along.
    return is_chunked_ ? space : space.first(std::min<std::size_t>(space.size(), wanted));
}

SteadyTime Http1Body::read_deadline() const {
    const Milliseconds earned{
        static_cast<std::int64_t>(received_ * 1000 / limits_.body_bytes_per_second_min)};
    const Milliseconds allowance = limits_.body_progress + Milliseconds{1000} + earned - waited_;
    return stream_.reactor().now() + std::min(limits_.body_progress, allowance);
}

worker::Task<IoStatus> Http1Body::send_continue() {
    output_.append(kContinue);
    const IoStatus sent = co_await stream_.write_all(output_.data(), limits_.write_stall);
    output_.clear();
    co_return sent;
}

worker::MaybeTask<BodyPiece> Http1Body::read_all() {
    const bool is_all_here =
        !is_chunked_ && state_ == State::Reading && !reads_overflow_ && input_.size() >= remaining_;
    if (is_all_here || state_ != State::Reading) return *take_buffered();
    return collect();
}

worker::Task<BodyPiece> Http1Body::collect() {
    for (;;) {
        const BodyPiece piece = co_await next();
        if (piece.status == BodyPiece::Status::Data) {
            collected_.append(piece.bytes);
        } else if (piece.status != BodyPiece::Status::End) {
            co_return piece;
        } else if (collected_.empty()) {
            co_return piece;
        } else {
            co_return BodyPiece{BodyPiece::Status::Data, collected_.data()};
        }
    }
}

}  // namespace turnpike::net
