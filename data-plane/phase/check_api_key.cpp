#include "data-plane/phase/check_api_key.hpp"

namespace turnpike::phase {
namespace {

using pipeline::Exchange;
using pipeline::GatewayResponseType;
using pipeline::Outcome;
using Found = Result<worker::KeyRecord>;

Outcome refuse(Exchange& exchange, std::string_view detail) {
    return end_with(exchange,
                    gateway_error(GatewayResponseType::InvalidApiKey).with_detail(detail));
}

/// A key is in one plan at most of those that have a stage, so the first one decides.
bool find_plan(Exchange& exchange) {
    for (const std::string& id : exchange.identity.key->plan_ids) {
        const snapshot::CompiledPlan* plan = exchange.table->plan(id);
        if (!plan) continue;
        const model::PlanStage* stage = plan->stage(exchange.api_id, exchange.stage_name);
        if (!stage) continue;
        exchange.identity.plan = plan;
        exchange.identity.plan_stage = stage;
        return true;
    }
    return false;
}

Outcome check(Exchange& exchange, Found found) {
    if (!found) {
        return end_with(exchange, pipeline::internal_failure("the API key could not be looked up"));
    }
    exchange.identity.key = *std::move(found);
    if (!exchange.identity.key) return refuse(exchange, "unknown API key");
    if (!exchange.identity.key->enabled) return refuse(exchange, "the API key is disabled");
    if (!find_plan(exchange)) {
        return refuse(exchange, "the API key is in no usage plan of this stage");
    }
    return Outcome::Continue;
}

worker::Task<Outcome> wait_for_key(Exchange& exchange, worker::MaybeTask<Found> looking) {
    co_return check(exchange, co_await looking);
}

}  // namespace

worker::MaybeTask<Outcome> check_api_key(Exchange& exchange) {
    if (!exchange.method->api_key_required) return Outcome::Continue;
    // With the other source the key would come from an authorizer, which would have failed.
    if (exchange.variant->deployment().api_key_source() != snapshot::ApiKeySource::Header) {
        return refuse(exchange, "no authorizer supplied an API key");
    }
    const auto value = exchange.head().fields().find(http::KnownHeader::XApiKey);
    if (!value || value->empty()) return refuse(exchange, "no API key");
    exchange.identity.api_key = *value;
    auto looking = exchange.services.keys.find(*value);
    if (!looking.is_ready()) {
        exchange.waits_since = exchange.services.reactor.now();
        return wait_for_key(exchange, std::move(looking));
    }
    return check(exchange, looking.await_resume());
}

}  // namespace turnpike::phase
