#include "data-plane/phase/show_usage.hpp"

#include <algorithm>

#include "common/json/value.hpp"

namespace turnpike::phase {
namespace {

using limits::KeyUsage;
using pipeline::Exchange;
using pipeline::MethodResponse;
using pipeline::Outcome;

json::Value throttle_shown(const model::Throttle& throttle, const KeyUsage& usage) {
    json::Value shown =
        json::Object{{"rateLimit", throttle.rate_limit}, {"burstLimit", throttle.burst_limit}};
    if (usage.throttle) shown["remaining"] = usage.throttle->tokens;
    return shown;
}

json::Value quota_shown(const model::Quota& quota, const KeyUsage& usage) {
    json::Value shown = json::Object{{"limit", quota.limit}, {"period", quota.period}};
    if (!usage.quota) return shown;
    shown["limit"] = usage.quota->allowance;
    shown["used"] = usage.quota->used;
    // What workers hold may be used by now.
    shown["remaining"] = std::max<std::int64_t>(usage.quota->remaining() - usage.quota->held, 0);
    shown["reset"] =
        std::int64_t{std::max(std::chrono::ceil<Seconds>(usage.quota_reset), Seconds(0)).count()};
    return shown;
}

std::string text_of(const model::UsagePlan& plan, const KeyUsage& usage) {
    json::Value shown = json::Object{{"plan", plan.name}};
    if (plan.throttle) shown["throttle"] = throttle_shown(*plan.throttle, usage);
    if (plan.quota) shown["quota"] = quota_shown(*plan.quota, usage);
    shown["degraded"] = usage.is_degraded;
    return json::write(shown);
}

Outcome answer(Exchange& exchange, const KeyUsage& usage) {
    MethodResponse& response = exchange.method_response;
    response.status = 200;
    response.fields.add("Content-Type", "application/json");
    response.fields.add("Cache-Control", "no-store");
    response.body = MethodResponse::Body::Text;
    response.text = exchange.arena.copy(text_of(exchange.identity.plan->plan(), usage));
    return Outcome::Ended;
}

worker::Task<Outcome> wait_for_usage(Exchange& exchange, worker::MaybeTask<KeyUsage> looking) {
    const KeyUsage usage = co_await looking;
    co_return answer(exchange, usage);
}

}  // namespace

worker::MaybeTask<Outcome> show_usage(Exchange& exchange) {
    const snapshot::UsageMethod* own = exchange.stage->usage_method();
    if (!own || exchange.method != &own->method) return Outcome::Continue;
    auto looking =
        exchange.services.limiter.usage(exchange.identity.plan->plan(), *exchange.identity.key);
    if (!looking.is_ready()) return wait_for_usage(exchange, std::move(looking));
    return answer(exchange, looking.await_resume());
}

}  // namespace turnpike::phase
