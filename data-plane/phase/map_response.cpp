#include "data-plane/phase/map_response.hpp"

#include "data-plane/integration/answer_body.hpp"
#include "data-plane/integration/response_mapping.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::phase {
namespace {

using pipeline::Exchange;
using pipeline::Outcome;
using snapshot::CompiledIntegrationResponse;

Outcome fail(Exchange& exchange, const Error& error) {
    return end_with(exchange, pipeline::configuration_error(exchange.arena.copy(error.message)));
}

/// A mapping that reads the body wants JSON of what looks like it.
bool is_unreadable(Exchange& exchange, const CompiledIntegrationResponse& selected) {
    if (!selected.maps_body || !exchange.integration_response.body) return false;
    auto& transformation = transform::Transformation::of(exchange);
    transform::Document& body = transformation.response_body();
    body.set(*exchange.integration_response.body);
    return body.looks_like_json() && body.json(transformation.heap()) == nullptr;
}

Outcome map(Exchange& exchange, const CompiledIntegrationResponse& selected) {
    if (is_unreadable(exchange, selected)) {
        pipeline::GatewayError error =
            pipeline::internal_failure("Invalid JSON in the answer of the endpoint");
        error.error_type = "InternalFailureException";
        return end_with(exchange, error);
    }
    const Result<void> mapped = integration::map_selected_response(exchange, selected);
    return mapped ? Outcome::Continue : fail(exchange, mapped.error());
}

worker::Task<Outcome> map_when_collected(Exchange& exchange,
                                         const CompiledIntegrationResponse& selected,
                                         worker::MaybeTask<Outcome> collecting) {
    const Outcome collected = co_await collecting;
    co_return collected == Outcome::Continue ? map(exchange, selected) : collected;
}

}  // namespace

worker::MaybeTask<Outcome> map_response(Exchange& exchange) {
    if (exchange.integration().is_proxy()) {
        integration::pass_response(exchange);
        return Outcome::Continue;
    }
    const auto selected = integration::select_response(exchange);
    if (!selected) return fail(exchange, selected.error());
    // What nobody reads nobody waits for: the connection sees to it when the request is over.
    if (!integration::reads_answer(exchange, **selected)) return map(exchange, **selected);
    auto collecting = integration::collect_answer(exchange);
    if (!collecting.is_ready()) {
        return map_when_collected(exchange, **selected, std::move(collecting));
    }
    return collecting.await_resume() == Outcome::Continue ? map(exchange, **selected)
                                                          : Outcome::Ended;
}

}  // namespace turnpike::phase
