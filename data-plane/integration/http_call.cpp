#include "data-plane/integration/http_call.hpp"

#include <array>
#include <string>

#include "common/http/chunked.hpp"
#include "common/http/header_writer.hpp"
#include "data-plane/integration/answer_body.hpp"
#include "data-plane/integration/upstreams.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::integration {
namespace {

using net::BodyPiece;
using net::IoStatus;
using pipeline::Exchange;
using pipeline::GatewayError;
using pipeline::GatewayResponseType;
using pipeline::Outcome;
using Arrival = UpstreamConnection::Arrival;

constexpr std::string_view kNetworkError =
    "Execution failed due to a network error communicating with endpoint";
constexpr std::string_view kTimeoutError = "Execution failed due to a timeout error";

bool is_idempotent(std::string_view verb) {
    return verb == "GET" || verb == "HEAD" || verb == "OPTIONS" || verb == "PUT" ||
           verb == "DELETE";
}

GatewayError network_error(std::string_view detail) {
    return gateway_error(GatewayResponseType::IntegrationFailure).with_detail(detail);
}

GatewayError timeout_error() {
    return gateway_error(GatewayResponseType::IntegrationTimeout).with_detail(kTimeoutError);
}

GatewayError connect_error(Exchange& exchange, const Error& error) {
    if (error.kind == Error::Kind::NotFound) {
        return pipeline::internal_failure(
            "Execution failed due to configuration error: Invalid endpoint address");
    }
    if (error.kind == Error::Kind::Timeout) return timeout_error();
    return network_error(exchange.arena.copy(std::string(kNetworkError) + ": " + error.detail));
}

/// One attempt to send the request. The caller's body is read here, so there is one object for both
/// attempts: it knows what of the body is gone.
class RequestSender {
public:
    explicit RequestSender(Exchange& exchange)
        : exchange_(exchange),
          request_(exchange.integration_request),
          head_bytes_(request_.head.size()) {}

    enum class Sent : std::uint8_t {
        Whole,
        Cut,        ///< The back end stopped taking bytes; it may have answered why.
        CallerLost  ///< `error` is set.
    };
    /// Completes the head. What can go out at once is first() and second(): nothing if the body is
    /// the caller's, whose length is not known yet.
    void begin() {
        has_sent_ = false;
        request_.head.truncate(head_bytes_);
        if (request_.passes_body) return;
        if (request_.body || has_body_verb()) {
            append_length(body().size());
        } else {
            append("\r\n");
        }
    }
    std::string_view first() const { return request_.passes_body ? std::string_view{} : head(); }
    std::string_view second() const { return request_.passes_body ? std::string_view{} : body(); }
    /// What is left after `written` of first() and second(), and the caller's body: in the usual
    /// case nothing, and no coroutine.
    worker::MaybeTask<Sent> send_rest(UpstreamConnection& connection, net::IoResult written) {
        if (request_.passes_body) return send_with_caller_body(connection);
        has_sent_ = written.bytes > 0;
        if (written.bytes == head().size() + body().size()) return Sent::Whole;
        if (written.status == IoStatus::Failed) return Sent::Cut;
        return send_slowly(connection, written.bytes);
    }

    /// The request may go out again.
    bool may_repeat() const {
        if (took_body_) return false;
        return !has_sent_ || is_idempotent(request_.verb);
    }
    const GatewayError& error() const { return error_; }

private:
    std::string_view head() const { return request_.head.data(); }
    std::string_view body() const { return request_.body.value_or(std::string_view{}); }
    void append(std::string_view text) { request_.head.append(text); }
    void append_length(std::uint64_t bytes) {
        char digits[20];
        append("Content-Length: ");
        append(http::write_decimal(bytes, digits));
        append("\r\n\r\n");
    }
    /// Verbs for which back ends expect a length even without a body.
    bool has_body_verb() const {
        return request_.verb == "POST" || request_.verb == "PUT" || request_.verb == "PATCH";
    }

    worker::Task<Sent> send_slowly(UpstreamConnection& connection, std::size_t sent) {
        const std::size_t of_head = std::min(sent, head().size());
        const IoStatus status =
            co_await write(connection, head().substr(of_head), body().substr(sent - of_head));
        co_return status == IoStatus::Done ? Sent::Whole : Sent::Cut;
    }

    worker::MaybeTask<IoStatus> write(UpstreamConnection& connection, std::string_view first,
                                      std::string_view second) {
        return connection.stream().write_all(first, second, Limits{}.write_stall);
    }

    worker::Task<Sent> send_with_caller_body(UpstreamConnection& connection) {
        net::BodySource& source = exchange_.request.body;
        BodyPiece piece = co_await source.next();
        took_body_ = true;
        const auto declared = source.declared_length();
        const bool chunks = !declared && piece.status == BodyPiece::Status::Data;
        if (chunks) {
            append("Transfer-Encoding: chunked\r\n\r\n");
        } else {
            append_length(declared ? *declared : piece.bytes.size());
        }
        std::string_view before = head();
        if (exchange_.record) exchange_.record->request_body.set({});
        while (piece.status == BodyPiece::Status::Data) {
            if (exchange_.record) exchange_.record->request_body.add(piece.bytes);
            const Sent sent = co_await send_piece(connection, before, piece.bytes, chunks);
            if (sent != Sent::Whole) co_return sent;
            before = {};
            if (source.is_complete()) break;
            // A back end that answers early does not want the rest.
            if (connection.stream().maybe_readable()) co_return Sent::Cut;
            piece = co_await source.next();
        }
        if (piece.status != BodyPiece::Status::Data && piece.status != BodyPiece::Status::End) {
            error_ = pipeline::body_error(piece.status);
            co_return Sent::CallerLost;
        }
        const std::string_view end = chunks ? http::kLastChunk : std::string_view{};
        if (before.empty() && end.empty()) co_return Sent::Whole;
        const IoStatus status = co_await write(connection, before, end);
        co_return status == IoStatus::Done ? Sent::Whole : Sent::Cut;
    }

    worker::Task<Sent> send_piece(UpstreamConnection& connection, std::string_view before,
                                  std::string_view bytes, bool chunks) {
        has_sent_ = true;
        if (!chunks) {
            const IoStatus status = co_await write(connection, before, bytes);
            co_return status == IoStatus::Done ? Sent::Whole : Sent::Cut;
        }
        if (!before.empty()) {
            const IoStatus status = co_await write(connection, before, {});
            if (status != IoStatus::Done) co_return Sent::Cut;
        }
        std::array<char, 18> size_line;
        const std::string_view chunk_head = http::write_chunk_head(bytes.size(), size_line);
        IoStatus status = co_await write(connection, chunk_head, bytes);
        if (status == IoStatus::Done) status = co_await write(connection, "\r\n", {});
        co_return status == IoStatus::Done ? Sent::Whole : Sent::Cut;
    }

    Exchange& exchange_;
    pipeline::IntegrationRequest& request_;
    std::size_t head_bytes_;
    bool has_sent_ = false;
    bool took_body_ = false;
    GatewayError error_;
};

Milliseconds timeout_of(const Exchange& exchange) { return exchange.integration().timeout; }

/// Sets what is known once the head of the answer is there.
Outcome accept_answer(Exchange& exchange, UpstreamConnection& connection) {
    pipeline::IntegrationResponse& response = exchange.integration_response;
    const SteadyTime now = exchange.services.reactor.now();
    response.latency = std::chrono::duration_cast<Microseconds>(now - response.called);
    response.status = connection.head().status();
    response.answer.reset(&connection);
    // Some services call it otherwise.
    for (const auto name : {http::KnownHeader::XAmznRequestId, http::KnownHeader::XAmzRequestId}) {
        const auto id = connection.head().fields().find(name);
        if (!id) continue;
        response.request_id = exchange.arena.copy(*id);
        break;
    }
    const auto length = connection.body().declared_length();
    if (length && *length > exchange.services.installation.response_bytes_max) {
        return end_with(exchange, answer_error(exchange, BodyPiece::Status::TooLarge));
    }
    return Outcome::Continue;
}

}  // namespace

worker::Task<Outcome> call_http(Exchange& exchange) {
    worker::Reactor& reactor = exchange.services.reactor;
    Upstreams& upstreams = exchange.services.upstreams;
    const pipeline::IntegrationRequest& request = exchange.integration_request;
    UpstreamGroup& group =
        upstreams.group(*request.origin, exchange.integration().insecure_skip_verification
                                             ? tls::Verification::AnyIssuer
                                             : tls::Verification::Full);
    const UpstreamGroup::Use use(group);
    const Milliseconds timeout = timeout_of(exchange);
    const SteadyTime deadline = reactor.now() + timeout;
    exchange.integration_response.called = reactor.now();
    RequestSender sender(exchange);

    for (bool is_second = false;; is_second = true) {
        std::unique_ptr<UpstreamConnection> owned = is_second ? nullptr : group.take_idle();
        if (!owned) {
            auto opened = co_await upstreams.open(group, deadline);
            if (!opened) co_return end_with(exchange, connect_error(exchange, opened.error()));
            owned = *std::move(opened);
        }
        // From here on the connection is given back however this ends.
        pipeline::UpstreamAnswerPtr leased(owned.get());
        UpstreamConnection& connection = *owned.release();
        connection.begin(request.verb == "HEAD", timeout);

        sender.begin();
        const net::IoResult written =
            co_await connection.stream().write_at_end(sender.first(), sender.second());
        const auto sent = co_await sender.send_rest(connection, written);
        if (sent == RequestSender::Sent::CallerLost) co_return end_with(exchange, sender.error());
        if (sent == RequestSender::Sent::Whole) connection.request_sent();

        Arrival arrival = Arrival::NeedMore;
        while (arrival == Arrival::NeedMore) {
            const IoStatus ready = co_await connection.stream().readable(deadline);
            if (ready == IoStatus::TimedOut) co_return end_with(exchange, timeout_error());
            arrival = ready == IoStatus::Done || ready == IoStatus::Closed ? connection.receive()
                                                                           : Arrival::Lost;
        }
        if (arrival == Arrival::Head) {
            co_await worker::Yield(reactor, worker::Reactor::Lane::Answers);
            static_cast<void>(leased.release());
            co_return accept_answer(exchange, connection);
        }
        const bool may_repeat = !is_second && arrival == Arrival::Lost && connection.is_reused() &&
                                !connection.has_received() && sender.may_repeat();
        if (!may_repeat) co_return end_with(exchange, network_error(kNetworkError));
    }
}

}  // namespace turnpike::integration
