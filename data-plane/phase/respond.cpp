#include "data-plane/phase/respond.hpp"

#include "data-plane/integration/gateway_reply.hpp"
#include "data-plane/pipeline/limit_fields.hpp"

namespace turnpike::phase {
namespace {

using net::BodyPiece;
using pipeline::Exchange;
using pipeline::MethodResponse;
using pipeline::Outcome;

void add_identity(Exchange& exchange) {
    pipeline::ResponseFields& fields = exchange.method_response.fields;
    fields.add("x-amzn-RequestId", exchange.ids.request_id());
    fields.add("x-amz-apigw-id", exchange.ids.extended_id());
}

net::ResponseHead head_of(const Exchange& exchange) {
    return {exchange.method_response.status, {}, exchange.method_response.fields.span()};
}

worker::Task<Outcome> wait(worker::MaybeTask<bool> sending) {
    co_await sending;
    co_return Outcome::Continue;
}

worker::MaybeTask<Outcome> send(Exchange& exchange, std::string_view body) {
    auto sending = exchange.writer.send(head_of(exchange), body);
    if (sending.is_ready()) return Outcome::Continue;
    return wait(std::move(sending));
}

/// Passes pieces on as they come. Too much, or a back end that breaks off, breaks the answer: the
/// caller must not take a part for the whole.
worker::Task<Outcome> stream(Exchange& exchange, worker::MaybeTask<BodyPiece> first) {
    net::BodySource& body = exchange.integration_response.answer->body();
    net::ResponseWriter& writer = exchange.writer;
    if (!co_await writer.start(head_of(exchange), body.declared_length())) {
        co_return Outcome::Continue;
    }
    // What is there already goes out before anybody waits for more.
    if (!first.is_ready() && !co_await writer.flush()) co_return Outcome::Continue;
    std::uint64_t bytes = 0;
    for (BodyPiece piece = co_await first; piece.status != BodyPiece::Status::End;) {
        bytes += piece.bytes.size();
        const bool is_usable = piece.status == BodyPiece::Status::Data &&
                               bytes <= exchange.services.installation.response_bytes_max;
        if (!is_usable) {
            writer.abort();
            exchange.integration_response.error = "the answer of the endpoint broke off";
            co_return Outcome::Continue;
        }
        if (exchange.record) exchange.record->endpoint_response_body.add(piece.bytes);
        if (!co_await writer.write(piece.bytes)) co_return Outcome::Continue;
        auto next = body.next();
        if (!next.is_ready() && !co_await writer.flush()) co_return Outcome::Continue;
        piece = co_await next;
    }
    co_await writer.finish();
    co_return Outcome::Continue;
}

/// The answer to HEAD, and 304: the length tells of a body that is not sent.
worker::Task<Outcome> send_without_body(Exchange& exchange) {
    const http::ResponseHead& head = exchange.integration_response.answer->head();
    net::ResponseWriter& writer = exchange.writer;
    const std::optional<std::uint64_t> length =
        head.has_content_length() ? std::optional(head.declared_length()) : std::nullopt;
    if (co_await writer.start(head_of(exchange), length)) co_await writer.finish();
    co_return Outcome::Continue;
}

worker::MaybeTask<Outcome> pass_upstream_body(Exchange& exchange) {
    net::BodySource& body = exchange.integration_response.answer->body();
    if (exchange.record) exchange.record->endpoint_response_body.set({});
    if (exchange.head().method() == http::Method::Head) return send_without_body(exchange);
    const std::string& begun = exchange.integration_response.collected;
    if (!begun.empty()) return stream(exchange, BodyPiece{BodyPiece::Status::Data, begun});
    auto first = body.next();
    if (first.is_ready()) {
        const BodyPiece piece = first.await_resume();
        if (piece.status == BodyPiece::Status::End) return send(exchange, {});
        if (piece.status == BodyPiece::Status::Data && body.is_complete()) {
            if (exchange.record) exchange.record->endpoint_response_body.add(piece.bytes);
            return send(exchange, piece.bytes);
        }
        return stream(exchange, piece);
    }
    return stream(exchange, std::move(first));
}

}  // namespace

worker::MaybeTask<Outcome> respond(Exchange& exchange) {
    if (exchange.error) integration::answer_error(exchange);
    if (exchange.limit_fields) {
        pipeline::add_limit_fields(*exchange.limit_fields, exchange.method_response.fields);
    }
    add_identity(exchange);
    switch (exchange.method_response.body) {
        case MethodResponse::Body::Upstream:
            return pass_upstream_body(exchange);
        case MethodResponse::Body::Text:
            return send(exchange, exchange.method_response.text);
        case MethodResponse::Body::None:
            break;
    }
    return send(exchange, {});
}

}  // namespace turnpike::phase
