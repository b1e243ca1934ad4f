#include "data-plane/phase/store_response.hpp"

#include "common/base/text.hpp"
#include "data-plane/cache/limits.hpp"
#include "data-plane/cache/response_cache.hpp"
#include "data-plane/integration/answer_body.hpp"
#include "data-plane/pipeline/cached_answer.hpp"

namespace turnpike::phase {
namespace {

using cache::ResponseCache;
using pipeline::CacheUse;
using pipeline::Exchange;
using pipeline::MethodResponse;
using pipeline::Outcome;

ResponseCache::Query query_of(const Exchange& exchange) {
    return {exchange.stage_method->caching, exchange.cache.key, Milliseconds(0),
            exchange.cache.began};
}

/// An answer to a condition or a range is not one to callers that ask without.
bool is_partial(int status) { return status == 206 || status == 304 || status == 416; }

/// Events come for as long as the caller listens: collecting them would hold them back.
bool is_endless(const Exchange& exchange) {
    for (const net::ResponseField& field : exchange.method_response.fields.span()) {
        if (equals_ignoring_case(field.name, "Content-Type")) {
            return equals_ignoring_case(field.value.substr(0, 17), "text/event-stream");
        }
    }
    return false;
}

bool is_too_long(const Exchange& exchange) {
    if (exchange.method_response.body != MethodResponse::Body::Upstream) return false;
    const auto length = exchange.integration_response.answer->body().declared_length();
    return length && *length > cache::limits::kBodyBytesMax;
}

Outcome pass(Exchange& exchange) {
    exchange.services.cache->pass(query_of(exchange), std::move(exchange.cache.lead));
    add_cache_warning(exchange);
    return Outcome::Continue;
}

Outcome store(Exchange& exchange) {
    const MethodResponse& response = exchange.method_response;
    cache::ResponseParts parts;
    parts.status = response.status;
    parts.fields.reserve(response.fields.span().size());
    for (const net::ResponseField& field : response.fields.span()) {
        if (!is_of_this_request(exchange, field)) parts.fields.push_back({field.name, field.value});
    }
    if (response.body == MethodResponse::Body::Text) parts.body = response.text;
    exchange.services.cache->store(query_of(exchange), std::move(parts),
                                   std::move(exchange.cache.lead), exchange.cache.replaces);
    add_cache_warning(exchange);
    return Outcome::Continue;
}

Outcome store_collected(Exchange& exchange) {
    if (!exchange.integration_response.body) return pass(exchange);
    exchange.method_response.body = MethodResponse::Body::Text;
    exchange.method_response.text = *exchange.integration_response.body;
    return store(exchange);
}

Outcome answer_stale(Exchange& exchange) {
    const auto fallback = exchange.cache.fallback;
    exchange.error.reset();
    exchange.failed_phase = {};
    exchange.cache.result = CacheUse::Result::Hit;
    exchange.cache.is_stale = true;
    answer_from_cache(exchange, fallback);
    exchange.services.cache->fail(std::move(exchange.cache.lead), fallback);
    return Outcome::Continue;
}

Outcome fail(Exchange& exchange) {
    if (exchange.cache.fallback && exchange.error->status >= 500) return answer_stale(exchange);
    exchange.services.cache->fail(std::move(exchange.cache.lead), nullptr);
    return Outcome::Ended;
}

bool is_failure(int status) { return status == 500 || (status >= 502 && status <= 504); }

worker::Task<Outcome> store_when_collected(Exchange& exchange,
                                           worker::MaybeTask<Outcome> collecting) {
    const Outcome collected = co_await collecting;
    co_return collected == Outcome::Ended ? fail(exchange) : store_collected(exchange);
}

}  // namespace

worker::MaybeTask<Outcome> store_response(Exchange& exchange) {
    if (exchange.cache.result != CacheUse::Result::Miss) return Outcome::Continue;
    if (exchange.error) return fail(exchange);
    const MethodResponse& response = exchange.method_response;
    if (exchange.cache.fallback && is_failure(response.status)) return answer_stale(exchange);
    if (is_partial(response.status) || is_endless(exchange) || is_too_long(exchange)) {
        return pass(exchange);
    }
    if (response.body != MethodResponse::Body::Upstream) return store(exchange);
    auto collecting = integration::collect_answer(exchange, cache::limits::kBodyBytesMax);
    if (!collecting.is_ready()) return store_when_collected(exchange, std::move(collecting));
    return collecting.await_resume() == Outcome::Ended ? fail(exchange) : store_collected(exchange);
}

}  // namespace turnpike::phase
