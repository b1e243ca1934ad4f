#include "data-plane/pipeline/cached_answer.hpp"

#include "common/base/text.hpp"

namespace turnpike::pipeline {
namespace {

constexpr std::string_view kTraceId = "X-Amzn-Trace-Id";
constexpr std::string_view kWarning =
    "199 \"Cache-Control header ignored: not authorized to invalidate cache\"";
constexpr std::size_t kAddedFields = 4;

bool traces_answers(const Exchange& exchange) {
    return exchange.integration().type == snapshot::CompiledIntegration::Type::Http;
}

}  // namespace

void answer_from_cache(Exchange& exchange, std::shared_ptr<const cache::Response> response) {
    exchange.cache.response = std::move(response);
    const cache::Response& stored = *exchange.cache.response;
    MethodResponse& answer = exchange.method_response;
    answer.status = stored.status();
    answer.fields.clear();
    answer.fields.reserve(stored.fields().size() + kAddedFields);
    for (const auto& field : stored.fields()) answer.fields.add(field.name, field.value);
    if (traces_answers(exchange) && !answer.fields.contains(kTraceId)) {
        answer.fields.add(kTraceId, exchange.ids.trace());
    }
    add_cache_warning(exchange);
    answer.body = MethodResponse::Body::Text;
    answer.text = stored.body();
}

void add_cache_warning(Exchange& exchange) {
    if (exchange.cache.warns) exchange.method_response.fields.add("Warning", kWarning);
}

bool is_of_this_request(const Exchange& exchange, const net::ResponseField& field) {
    return traces_answers(exchange) && field.value == exchange.ids.trace() &&
           equals_ignoring_case(field.name, kTraceId);
}

}  // namespace turnpike::pipeline
