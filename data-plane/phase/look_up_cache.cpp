#include "data-plane/phase/look_up_cache.hpp"

#include "common/base/text.hpp"
#include "data-plane/cache/limits.hpp"
#include "data-plane/cache/response_cache.hpp"
#include "data-plane/phase/renewal.hpp"
#include "data-plane/pipeline/cached_answer.hpp"
#include "data-plane/pipeline/method_arn.hpp"
#include "data-plane/transform/cache_key.hpp"

namespace turnpike::phase {
namespace {

using cache::ResponseCache;
using http::KnownHeader;
using pipeline::Exchange;
using pipeline::GatewayResponseType;
using pipeline::Outcome;
using Invalidation = snapshot::MethodCaching::Invalidation;

/// Only "max-age=0" is known to do anything. Source: the reference, traffic section 1.4.
bool demands_new_answer(const http::FieldList& fields) {
    if (!fields.contains(KnownHeader::CacheControl)) return false;
    for (const http::Field field : fields) {
        if (field.known != KnownHeader::CacheControl) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const std::size_t end = std::min(rest.find(','), rest.size());
            if (equals_ignoring_case(trim(rest.substr(0, end)), "max-age=0")) return true;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return false;
}

Outcome refuse_invalidation(Exchange& exchange) {
    pipeline::ArenaText text(exchange.arena);
    text +=
        "User: anonymous is not authorized to perform: execute-api:InvalidateCache on resource: ";
    append_method_arn(text, exchange);
    text += " because no identity-based policy allows the execute-api:InvalidateCache action";
    return end_with(exchange, gateway_error(GatewayResponseType::AccessDenied)
                                  .with_message(text.view())
                                  .with_detail("the caller may not invalidate cached answers"));
}

Outcome take(Exchange& exchange, ResponseCache::Answer answer) {
    pipeline::CacheUse& use = exchange.cache;
    use.lead = std::move(answer.lead);
    use.fallback = std::move(answer.fallback);
    use.source = answer.source;
    use.is_stale = answer.is_stale;
    use.began = steady_now();
    if (!answer.response) return Outcome::Continue;
    use.result = pipeline::CacheUse::Result::Hit;
    if (use.lead) renew_in_background(exchange);
    answer_from_cache(exchange, std::move(answer.response));
    return Outcome::Continue;
}

worker::Task<Outcome> wait(Exchange& exchange, worker::MaybeTask<ResponseCache::Answer> finding) {
    ResponseCache::Answer answer = co_await finding;
    co_return take(exchange, std::move(answer));
}

}  // namespace

worker::MaybeTask<Outcome> look_up_cache(Exchange& exchange) {
    const snapshot::MethodCaching* caching = exchange.stage_method->caching;
    if (caching == nullptr || exchange.services.cache == nullptr) return Outcome::Continue;
    // A head alone does not tell how long the body would be.
    if (exchange.head().method() == http::Method::Head) return Outcome::Continue;
    pipeline::CacheUse& use = exchange.cache;
    if (demands_new_answer(exchange.head().fields())) {
        switch (caching->invalidation) {
            case Invalidation::Allowed:
                use.replaces = true;
                break;
            case Invalidation::Refused:
                return refuse_invalidation(exchange);
            case Invalidation::IgnoredWithWarning:
                use.warns = true;
                break;
            case Invalidation::Ignored:
                break;
        }
    }
    const std::string_view key = transform::cache_key(exchange, *caching);
    if (key.size() > cache::limits::kKeyBytesMax) return Outcome::Continue;
    use.key = key;
    use.result = pipeline::CacheUse::Result::Miss;
    use.began = steady_now();
    if (use.replaces) return Outcome::Continue;
    auto finding = exchange.services.cache->find({caching, key, exchange.integration().timeout});
    if (!finding.is_ready()) return wait(exchange, std::move(finding));
    return take(exchange, finding.await_resume());
}

}  // namespace turnpike::phase
