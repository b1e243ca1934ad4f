#include "data-plane/phase/limit.hpp"

#include <array>
#include <cstdio>

#include "data-plane/pipeline/limit_fields.hpp"

namespace turnpike::phase {
namespace {

using limits::Level;
using limits::Verdict;
using pipeline::Exchange;
using pipeline::GatewayResponseType;
using pipeline::Outcome;

limits::Admission admission_of(const Exchange& exchange) {
    limits::Admission admission;
    admission.api_id = exchange.api_id;
    admission.stage_name = exchange.stage_name;
    admission.resource_path = exchange.method->resource->path;
    admission.verb = exchange.method->http_method;
    admission.method_slot = exchange.stage_method->meter_slot;
    const model::MethodSettings& settings = *exchange.stage_method->settings;
    admission.waits_since = exchange.waits_since;
    admission.stage_limit = {settings.throttling_rate_limit,
                             static_cast<double>(settings.throttling_burst_limit)};
    if (exchange.identity.plan) {
        admission.key = exchange.identity.key.get();
        admission.plan = &exchange.identity.plan->plan();
        admission.plan_stage = exchange.identity.plan_stage;
    }
    return admission;
}

/// `begun`: when Redis was asked for the verdict, if it was.
limits::Notice notice_of(const Exchange& exchange, SteadyTime begun) {
    const Verdict& verdict = exchange.limit_verdict;
    // Decided before any limit was looked at.
    if (verdict.refused_by == Level::Concurrency) return limits::notice_of({}, verdict);
    return exchange.services.limiter.notice(admission_of(exchange), verdict, begun);
}

Outcome conclude(Exchange& exchange, const Verdict& verdict, SteadyTime begun = SteadyTime::max()) {
    exchange.limit_verdict = verdict;
    if (exchange.stage->has_limit_headers()) {
        exchange.limit_fields = pipeline::limit_fields(notice_of(exchange, begun), exchange.arena);
    }
    if (verdict.is_admitted()) return Outcome::Continue;
    const auto type = verdict.refused_by == Level::Quota ? GatewayResponseType::QuotaExceeded
                                                         : GatewayResponseType::Throttled;
    return end_with(exchange, gateway_error(type));
}

worker::Task<Outcome> wait_for_verdict(Exchange& exchange, worker::MaybeTask<Verdict> deciding,
                                       SteadyTime begun) {
    const Verdict verdict = co_await deciding;
    co_return conclude(exchange, verdict, begun);
}

std::string_view scope_text(Level level) {
    switch (level) {
        case Level::ClientMethod:
            return "Key method throttle limit exceeded";
        case Level::Client:
            return "Key throttle limit exceeded";
        case Level::StageMethod:
            return "Method throttle limit exceeded";
        case Level::Account:
            return "Account throttle limit exceeded";
        case Level::Quota:
            return "Key quota limit exceeded";
        case Level::Concurrency:
            return "Concurrency limit of the worker exceeded";
        case Level::None:
            break;
    }
    return {};
}

std::string refusal(const Exchange& exchange, const Verdict& verdict) {
    std::string text(scope_text(verdict.refused_by));
    text += " for RestApi " + std::string(exchange.api_id) + ", Stage " +
            std::string(exchange.stage_name) + ", Resource " + exchange.method->resource->id +
            ", HttpMethod " + std::string(exchange.http_method) + ".";
    if (verdict.refused_by == Level::Quota) {
        return text + " Limit: " + std::to_string(exchange.identity.plan->plan().quota->limit);
    }
    if (verdict.refused_by == Level::Concurrency) {
        return text + " Limit: " + std::to_string(exchange.services.concurrency.most());
    }
    std::array<char, 96> numbers;
    const int length = std::snprintf(numbers.data(), numbers.size(), " Limit: %.2f Burst: %.0f",
                                     verdict.limit.rate, verdict.limit.burst);
    return text.append(numbers.data(), static_cast<std::size_t>(length));
}

}  // namespace

worker::MaybeTask<Outcome> limit(Exchange& exchange) {
    if (!exchange.services.concurrency.enter(exchange.concurrency_slot)) {
        return conclude(exchange, {Level::Concurrency, {}, false});
    }
    auto deciding = exchange.services.limiter.admit(admission_of(exchange));
    if (!deciding.is_ready()) {
        return wait_for_verdict(exchange, std::move(deciding), exchange.services.reactor.now());
    }
    return conclude(exchange, deciding.await_resume());
}

void describe_limit(Exchange& exchange, pipeline::ExecutionRecord& record) {
    const Verdict& verdict = exchange.limit_verdict;
    if (verdict.is_by_policy) record.note("decidedBy", "policy, Redis did not answer");
    if (verdict.is_admitted()) return;
    record.note("refusedBy", std::string(to_text(verdict.refused_by)));
    record.add(pipeline::ExecutionRecord::Level::Error, refusal(exchange, verdict));
}

}  // namespace turnpike::phase
