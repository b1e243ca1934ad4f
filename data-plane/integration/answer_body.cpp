#include "data-plane/integration/answer_body.hpp"

#include <limits>

#include "common/snapshot/test_invocation.hpp"

namespace turnpike::integration {
namespace {

using net::BodyPiece;
using pipeline::Exchange;
using pipeline::GatewayError;
using pipeline::GatewayResponseType;
using pipeline::Outcome;

/// For all of the body; silence has its own bound, the integration's timeout.
constexpr Milliseconds kAnswerTime = snapshot::test_limits::kIntegrationTimeoutMax;

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

worker::Task<Outcome> collect(Exchange& exchange, worker::MaybeTask<BodyPiece> first,
                              std::uint64_t enough) {
    net::BodySource& source = exchange.integration_response.answer->body();
    std::string& collected = exchange.integration_response.collected;
    const SteadyTime deadline = exchange.services.reactor.now() + kAnswerTime;
    BodyPiece piece = co_await first;
    while (piece.status == BodyPiece::Status::Data) {
        collected.append(piece.bytes);
        if (collected.size() > enough) co_return Outcome::Continue;
        if (collected.size() > exchange.services.installation.response_bytes_max) {
            piece.status = BodyPiece::Status::TooLarge;
        } else if (exchange.services.reactor.now() > deadline) {
            piece.status = BodyPiece::Status::TimedOut;
        } else {
            piece = co_await source.next();
        }
    }
    if (piece.status != BodyPiece::Status::End) {
        co_return end_with(exchange, answer_error(exchange, piece.status));
    }
    exchange.integration_response.body = collected;
    co_return Outcome::Continue;
}

}  // namespace

GatewayError answer_error(const Exchange& exchange, BodyPiece::Status status) {
    if (status == BodyPiece::Status::TooLarge) {
        GatewayError error = gateway_error(GatewayResponseType::IntegrationFailure)
                                 .with_message("Internal server error")
                                 .with_detail("the answer of the endpoint is too large");
        error.status = exchange.integration().is_proxy() ? 502 : 500;
        return error;
    }
    if (status == BodyPiece::Status::TimedOut) {
        return gateway_error(GatewayResponseType::IntegrationTimeout)
            .with_detail("Execution failed due to a timeout error");
    }
    return gateway_error(GatewayResponseType::IntegrationFailure)
        .with_detail("Execution failed due to a network error communicating with endpoint");
}

worker::MaybeTask<Outcome> collect_answer(Exchange& exchange) {
    return collect_answer(exchange, kAll);
}

worker::MaybeTask<Outcome> collect_answer(Exchange& exchange, std::uint64_t enough) {
    pipeline::IntegrationResponse& response = exchange.integration_response;
    if (response.body) return Outcome::Continue;
    net::BodySource& source = response.answer->body();
    auto first = source.next();
    const bool has_begun = !response.collected.empty();
    if (has_begun || !first.is_ready()) return collect(exchange, std::move(first), enough);
    const BodyPiece piece = first.await_resume();
    if (piece.bytes.size() > exchange.services.installation.response_bytes_max) {
        return end_with(exchange, answer_error(exchange, BodyPiece::Status::TooLarge));
    }
    if (piece.status == BodyPiece::Status::End) {
        response.body = "";
        return Outcome::Continue;
    }
    // What came with the head stays where it is.
    if (piece.status == BodyPiece::Status::Data && source.is_complete()) {
        response.body = piece.bytes;
        return Outcome::Continue;
    }
    return collect(exchange, piece, enough);
}

}  // namespace turnpike::integration
