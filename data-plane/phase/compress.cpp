#include "data-plane/phase/compress.hpp"

#include <string>

#include "common/http/content_coding.hpp"
#include "data-plane/integration/answer_body.hpp"

namespace turnpike::phase {
namespace {

using http::ContentCoding;
using pipeline::Exchange;
using pipeline::MethodResponse;
using pipeline::Outcome;

/// Answers to HEAD and those that say nothing have no body to compress.
bool has_body(const Exchange& exchange) {
    const int status = exchange.method_response.status;
    return exchange.head().method() != http::Method::Head && status >= 200 && status != 204 &&
           status != 304 && exchange.method_response.body != MethodResponse::Body::None;
}

ContentCoding wanted_coding(const Exchange& exchange) {
    const http::FieldList& fields = exchange.head().fields();
    if (!fields.contains(http::KnownHeader::AcceptEncoding) || !has_body(exchange) ||
        exchange.method_response.fields.contains("Content-Encoding")) {
        return ContentCoding::Identity;
    }
    std::string wanted;
    for (const http::Field field : fields) {
        if (field.known != http::KnownHeader::AcceptEncoding) continue;
        if (!wanted.empty()) wanted += ',';
        wanted += field.value;
    }
    return http::preferred_coding(wanted);
}

/// From the threshold on; a smaller answer stays as it is, and so does one without a body.
Outcome encode(Exchange& exchange, ContentCoding coding, std::string_view body) {
    const auto threshold = *exchange.variant->deployment().minimum_compression_size();
    if (body.empty() || static_cast<std::int64_t>(body.size()) < threshold) {
        return Outcome::Continue;
    }
    const auto encoded = http::encode_content(coding, body);
    if (!encoded) return Outcome::Continue;
    MethodResponse& response = exchange.method_response;
    response.body = MethodResponse::Body::Text;
    response.text = exchange.arena.copy(*encoded);
    response.fields.add("Content-Encoding", to_text(coding));
    return Outcome::Continue;
}

Outcome encode_collected(Exchange& exchange, ContentCoding coding) {
    MethodResponse& response = exchange.method_response;
    response.body = MethodResponse::Body::Text;
    response.text = *exchange.integration_response.body;
    return encode(exchange, coding, response.text);
}

worker::Task<Outcome> encode_when_collected(Exchange& exchange, ContentCoding coding,
                                            worker::MaybeTask<Outcome> collecting) {
    // A variable: g++ 12 loses an await that is compared in a condition.
    const Outcome collected = co_await collecting;
    co_return collected == Outcome::Ended ? collected : encode_collected(exchange, coding);
}

/// The declared length says that there is nothing to do.
bool is_known_small(const Exchange& exchange, std::int64_t threshold) {
    const auto length = exchange.integration_response.answer->body().declared_length();
    return length && static_cast<std::int64_t>(*length) < threshold;
}

}  // namespace

worker::MaybeTask<Outcome> compress(Exchange& exchange) {
    const auto threshold = exchange.variant->deployment().minimum_compression_size();
    if (!threshold) return Outcome::Continue;
    const ContentCoding coding = wanted_coding(exchange);
    if (coding == ContentCoding::Identity) return Outcome::Continue;
    if (exchange.method_response.body == MethodResponse::Body::Text) {
        return encode(exchange, coding, exchange.method_response.text);
    }
    if (is_known_small(exchange, *threshold)) return Outcome::Continue;
    auto collecting = integration::collect_answer(exchange);
    if (!collecting.is_ready()) {
        return encode_when_collected(exchange, coding, std::move(collecting));
    }
    if (collecting.await_resume() == Outcome::Ended) return Outcome::Ended;
    return encode_collected(exchange, coding);
}

}  // namespace turnpike::phase
