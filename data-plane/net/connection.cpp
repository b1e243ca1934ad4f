#include "data-plane/net/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <bit>
#include <cstring>

#include "common/base/assert.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::net {
namespace {

constexpr std::size_t kLingerReadBytes = BufferPool::kBlockBytesMin;

http::HeadLimits head_limits(const Limits& limits) {
    return {.target_bytes_max = static_cast<std::uint32_t>(limits.uri_bytes_max),
            .header_bytes_max = static_cast<std::uint32_t>(limits.header_bytes_max)};
}

/// Heads beyond their limits are refused before they fill this.
std::size_t input_bytes_max(const Limits& limits) {
    return std::bit_ceil(limits.uri_bytes_max + limits.header_bytes_max + 4096);
}

}  // namespace

Connection::Connection(Server& server, int descriptor, const SocketAddress& peer,
                       std::shared_ptr<const tls::ServerContext> tls)
    : server_(server),
      tls_(std::move(tls)),
      stream_(server.reactor(), descriptor),
      input_(server.buffers()),
      output_(server.buffers()),
      body_(stream_, input_, output_, server.buffers(), server.limits()),
      writer_(server, stream_, output_, body_) {
    note_peer(peer);
}

void Connection::note_peer(const SocketAddress& peer) {
    peer_.address = peer;
    const std::string ip = peer.ip();
    std::memcpy(ip_, ip.data(), ip.size());
    peer_.ip = {ip_, ip.size()};
    sockaddr_storage local{};
    socklen_t length = sizeof local;
    if (::getsockname(stream_.descriptor(), reinterpret_cast<sockaddr*>(&local), &length) == 0) {
        peer_.local = SocketAddress(reinterpret_cast<const sockaddr*>(&local), length);
    }
}

worker::Task<> Connection::serve() {
    if (tls_) {
        stream_.secure_accepted(*tls_);
        const IoStatus secured =
            co_await stream_.handshake(server_.reactor().now() + server_.limits().tls_handshake);
        if (secured != IoStatus::Done) {
            ++server_.counters_.handshake_failures;
            co_return;
        }
        peer_.tls = stream_.tls();
    }
    for (;;) {
        const Next next = co_await next_request();
        if (next == Next::Close) break;
        if (next == Next::Rejection) {
            write_rejection();
            end_ = End::Lingering;
            break;
        }
        if (!budget_.spend(server_.reactor())) co_await worker::Yield(server_.reactor());
        ++server_.counters_.requests;
        body_.begin(head_);
        writer_.begin(head_);
        Request request{head_, body_, peer_, received_, received_date_, head_bytes_};
        co_await server_.handler().handle(request, writer_);
        const bool goes_on = co_await finish_request();
        if (!goes_on) break;
    }
    co_await end(end_);
}

worker::Task<Connection::Next> Connection::next_request() {
    head_.reset();
    if (auto next = parse_head()) {
        received_ = server_.reactor().now();
        received_date_ = server_.wall_time();
        co_return *next;
    }
    if (!output_.empty()) {
        const IoResult written = co_await stream_.write_at_end(output_.data());
        output_.consume(written.bytes);
    }
    // The rest, or what went wrong.
    const IoStatus sent = co_await flush();
    if (sent != IoStatus::Done) co_return Next::Close;
    if (input_.empty()) {
        input_.release();
        output_.release();
        if (server_.closes_idle()) co_return Next::Close;
        is_idle_ = true;
        const IoStatus waited =
            co_await stream_.readable(server_.reactor().now() + server_.limits().idle);
        is_idle_ = false;
        if (waited != IoStatus::Done) co_return Next::Close;
    }
    received_ = server_.reactor().now();
    received_date_ = server_.wall_time();
    const SteadyTime deadline = received_ + server_.limits().header;
    for (;;) {
        if (!input_.make_space(1, input_bytes_max(server_.limits()))) {
            rejection_ = rejection_of(http::HeadProblem::HeaderTooLarge, server_.limits());
            co_return Next::Rejection;
        }
        const IoResult outcome = co_await stream_.read_some(input_.space(), deadline);
        if (outcome.status != IoStatus::Done) co_return Next::Close;
        input_.commit(outcome.bytes);
        // Reads of one turn come first: the kernel's code and ours do not drive each other out.
        co_await worker::Yield(server_.reactor(), worker::Reactor::Lane::Requests);
        if (auto next = parse_head()) co_return *next;
    }
}

std::optional<Connection::Next> Connection::parse_head() {
    if (input_.empty()) return std::nullopt;
    const auto outcome = head_.parse(input_.data(), head_limits(server_.limits()));
    if (outcome.needs_more()) return std::nullopt;
    if (outcome.refused()) {
        rejection_ = rejection_of(outcome.problem, server_.limits());
        return Next::Rejection;
    }
    head_bytes_ = outcome.consumed;
    input_.consume(outcome.consumed);
    if (head_.expect() == http::RequestHead::Expect::Other) {
        rejection_ = unknown_expectation();
        return Next::Rejection;
    }
    const bool is_too_large = head_.framing() == http::BodyFraming::Length &&
                              head_.content_length() > server_.limits().body_bytes_max;
    if (is_too_large) {
        rejection_ = rejection_of(BodyPiece::Status::TooLarge, server_.limits());
        return Next::Rejection;
    }
    return Next::Request;
}

worker::MaybeTask<IoStatus> Connection::flush() {
    if (output_.empty()) return IoStatus::Done;
    auto writing = stream_.write_all(output_.data(), server_.limits().write_stall);
    if (!writing.is_ready()) return flush_slowly(std::move(writing));
    output_.clear();
    return writing.await_resume();
}

worker::Task<IoStatus> Connection::flush_slowly(worker::MaybeTask<IoStatus> writing) {
    const IoStatus status = co_await writing;
    output_.clear();
    co_return status;
}

worker::MaybeTask<bool> Connection::finish_request() {
    if (!writer_.is_finished()) {
        end_ = End::Reset;
        return false;
    }
    if (!writer_.keeps_alive()) {
        // Who asked for the end has nothing more to send; others may be sending still.
        const bool client_wants_end = !head_.keeps_alive() && body_.is_complete();
        end_ = client_wants_end ? End::AtOnce : End::Lingering;
        return false;
    }
    if (!body_.is_complete() || output_.size() >= server_.limits().output_bytes_max) {
        return finish_slowly();
    }
    body_.end();
    return true;
}

worker::Task<bool> Connection::finish_slowly() {
    const IoStatus sent = co_await flush();
    if (sent != IoStatus::Done) co_return false;
    while (!body_.is_complete()) {
        const BodyPiece piece = co_await body_.next();
        if (piece.status != BodyPiece::Status::Data && piece.status != BodyPiece::Status::End) {
            end_ = End::Lingering;
            co_return false;
        }
    }
    body_.end();
    co_return true;
}

void Connection::write_rejection() {
    ++server_.counters_.rejected_requests;
    body_.begin(head_);
    writer_.begin_rejection();
    const ResponseField type{"Content-Type", "text/plain"};
    // Short enough to be only put into the output.
    const auto sent = writer_.send(
        {.status = rejection_.status, .reason = {}, .fields = {&type, 1}}, rejection_.text);
    TURNPIKE_ASSERT(sent.is_ready());
}

worker::Task<> Connection::end(End how) {
    if (how == End::Reset) {
        stream_.reset_on_close();
        co_return;
    }
    const IoStatus sent = co_await flush();
    output_.release();
    if (sent != IoStatus::Done) co_return;
    stream_.shutdown_write();
    if (how != End::Lingering) co_return;
    // Closing a socket with unread bytes resets it, and the client might lose the answer.
    const SteadyTime deadline = server_.reactor().now() + server_.limits().linger;
    input_.clear();
    input_.make_space(kLingerReadBytes, SIZE_MAX);
    std::uint64_t dropped = 0;
    while (dropped < server_.limits().linger_bytes_max) {
        const IoResult outcome = co_await stream_.read_some(input_.space(), deadline);
        if (outcome.status != IoStatus::Done) co_return;
        dropped += outcome.bytes;
    }
}

void Connection::close_if_idle() {
    // A request that has come already is answered.
    if (is_idle_ && !stream_.has_unread()) stream_.abort();
}

}  // namespace turnpike::net
