#include "data-plane/transform/request_body.hpp"

#include "common/http/content_coding.hpp"

namespace turnpike::transform {
namespace {

using http::ContentCoding;
using http::KnownHeader;
using net::BodyPiece;
using pipeline::Exchange;
using pipeline::GatewayResponseType;
using pipeline::Outcome;

std::string_view coding_field(const Exchange& exchange) {
    return exchange.head().fields().find(KnownHeader::ContentEncoding).value_or(std::string_view{});
}

Outcome refuse_coding(Exchange& exchange, std::string_view reason) {
    return end_with(exchange, gateway_error(GatewayResponseType::UnsupportedMediaType)
                                  .with_detail(exchange.arena.copy(reason)));
}

/// Below the API's threshold a body stays as it came.
bool is_below_threshold(const Exchange& exchange, std::size_t bytes) {
    const auto threshold = exchange.variant->deployment().minimum_compression_size();
    return threshold && static_cast<std::int64_t>(bytes) < *threshold;
}

Outcome keep(Exchange& exchange, std::string_view bytes) {
    exchange.body = bytes;
    const std::string_view field = coding_field(exchange);
    if (field.empty() || bytes.empty() || is_below_threshold(exchange, bytes.size())) {
        return Outcome::Continue;
    }
    const auto coding = http::parse_content_coding(field);
    if (!coding) return refuse_coding(exchange, "the Content-Encoding is not supported");
    if (*coding == ContentCoding::Identity) return Outcome::Continue;
    http::DecodingLimits limits;
    limits.output_bytes_max = exchange.services.installation.request_bytes_max;
    const auto decoded = http::decode_content(*coding, bytes, limits);
    if (!decoded && decoded.error().kind == Error::Kind::LimitExceeded) {
        return end_with(exchange, pipeline::body_error(BodyPiece::Status::TooLarge));
    }
    if (!decoded) return refuse_coding(exchange, decoded.error().message);
    exchange.body = exchange.arena.copy(*decoded);
    exchange.is_body_decoded = true;
    return Outcome::Continue;
}

Outcome take(Exchange& exchange, const BodyPiece& piece) {
    switch (piece.status) {
        case BodyPiece::Status::Data:
            return keep(exchange, piece.bytes);
        case BodyPiece::Status::End:
            return keep(exchange, "");
        default:
            return end_with(exchange, pipeline::body_error(piece.status));
    }
}

worker::Task<Outcome> wait_for_body(Exchange& exchange, worker::MaybeTask<BodyPiece> reading) {
    co_return take(exchange, co_await reading);
}

}  // namespace

bool needs_decoding(const Exchange& exchange) {
    const std::string_view field = coding_field(exchange);
    return !field.empty() && http::parse_content_coding(field) != ContentCoding::Identity;
}

worker::MaybeTask<Outcome> collect_body(Exchange& exchange) {
    if (exchange.body) return Outcome::Continue;
    if (!exchange.head().has_body()) {
        exchange.body = "";
        return Outcome::Continue;
    }
    auto reading = exchange.request.body.read_all();
    if (!reading.is_ready()) return wait_for_body(exchange, std::move(reading));
    return take(exchange, reading.await_resume());
}

}  // namespace turnpike::transform
