#include "data-plane/phase/test_invoke.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "common/http/uri.hpp"
#include "common/telemetry/execution_log.hpp"
#include "data-plane/integration/answer_body.hpp"
#include "data-plane/phase/describe.hpp"
#include "data-plane/phase/order.hpp"
#include "data-plane/pipeline/exchange.hpp"
#include "data-plane/pipeline/memory_request.hpp"
#include "data-plane/pipeline/memory_writer.hpp"

namespace turnpike::phase {
namespace {

using pipeline::Exchange;
using pipeline::MethodResponse;
using pipeline::Outcome;
using pipeline::PhaseStep;

constexpr std::string_view kDomainName = "testPrefix.testDomainName";
constexpr std::string_view kApiKey = "test-invoke-api-key";
constexpr std::string_view kApiKeyId = "test-invoke-api-key-id";

const snapshot::CompiledMethod* find_method(const snapshot::CompiledDeployment& deployment,
                                            std::string_view resource_id) {
    const auto& methods = deployment.methods();
    const auto found = std::ranges::find_if(
        methods, [&](const auto& method) { return method.resource->id == resource_id; });
    return found == methods.end() ? nullptr : &*found;
}

/// What identify_stage, match_route and check_api_key would have found.
void seed(Exchange& exchange, const snapshot::TestCall& call,
          const snapshot::CompiledMethod& method) {
    const snapshot::CompiledStage& stage = *exchange.stage;
    exchange.api_id = stage.api_id();
    exchange.stage_name = stage.name();
    const std::string_view path = exchange.head().path();
    exchange.path =
        http::has_dot_segments(path) ? exchange.arena.copy(http::remove_dot_segments(path)) : path;
    exchange.context_path = exchange.path;
    exchange.domain_name = kDomainName;
    exchange.variant = &stage.production();
    exchange.http_method = exchange.head().method_text();
    exchange.verb = snapshot::request_verb(exchange.http_method);
    exchange.match = exchange.variant->deployment().match(exchange.path, exchange.verb);
    // A path that does not fit the resource tests it all the same, without path parameters.
    if (exchange.match.method != &method) exchange.match = {};
    exchange.match.method = &method;
    exchange.method = &method;
    exchange.stage_method = &exchange.variant->at(method);

    model::ApiKey key;
    key.id = kApiKeyId;
    exchange.identity.api_key = kApiKey;
    exchange.identity.key = std::make_shared<const model::ApiKey>(std::move(key));
    exchange.identity.user_agent = call.user_agent;
    exchange.identity.account_id = exchange.services.installation.account_id;
    exchange.identity.caller = call.user;
    exchange.identity.user = call.user;
    exchange.identity.user_arn = call.user_arn;
}

std::string_view collected_body(const Exchange& exchange) {
    return exchange.integration_response.body.value_or(std::string_view{});
}

/// The body of the answer, which a test shows whatever becomes of it.
worker::Task<Outcome> collect(Exchange& exchange) {
    const Outcome outcome = co_await integration::collect_answer(exchange);
    if (outcome == Outcome::Continue) {
        exchange.record->endpoint_response_body.set(collected_body(exchange));
    }
    co_return outcome;
}

worker::Task<Outcome> run(const PhaseStep& step, Exchange& exchange) {
    pipeline::begin_recorded(step, exchange);
    const Outcome outcome = step.run ? step.run(exchange) : co_await step.run_waiting(exchange);
    pipeline::end_recorded(step, exchange, outcome);
    if (step.name == "integrate" && outcome == Outcome::Continue &&
        exchange.integration_response.answer) {
        co_return co_await collect(exchange);
    }
    if (step.name == "map_response" &&
        exchange.method_response.body == MethodResponse::Body::Upstream) {
        exchange.method_response.body = MethodResponse::Body::Text;
        exchange.method_response.text = collected_body(exchange);
        exchange.record->response_body.set(exchange.method_response.text);
    }
    co_return outcome;
}

std::string log_text(const Exchange& exchange) {
    telemetry::ExecutionLog log(exchange.ids.request_id());
    for (const pipeline::ExecutionRecord::Line& line : exchange.record->lines()) {
        std::string text;
        if (pipeline::ExecutionRecord::write(line, text)) log.add(line.time, text);
    }
    return log.text();
}

/// Only what a test answers with. Source: the reference, observability section 5.
model::StringMap shown_fields(const Exchange& exchange, const pipeline::MemoryWriter& writer) {
    model::StringMap shown;
    for (const auto& field : writer.fields()) {
        if (exchange.error ? field.first != "x-amzn-ErrorType"
                           : field.first == "x-amzn-RequestId" || field.first == "x-amz-apigw-id") {
            continue;
        }
        const bool goes_first = equals_ignoring_case(field.first, "X-Amzn-Trace-Id");
        shown.insert(goes_first ? shown.begin() : shown.end(), field);
    }
    return shown;
}

}  // namespace

worker::Task<Result<snapshot::TestAnswer>> test_invoke(
    const pipeline::Services& services, std::shared_ptr<const snapshot::TestCall> call,
    std::shared_ptr<const snapshot::CompiledStage> stage) {
    const SteadyTime started = steady_now();
    auto made = pipeline::MemoryRequest::create(*call, services.reactor);
    if (!made) co_return made.error();
    const snapshot::CompiledMethod* method =
        find_method(stage->production().deployment(), call->resource_id);
    if (method == nullptr) co_return not_found("the tested method is not in its document");
    pipeline::MemoryWriter writer;
    Exchange exchange(services, (*made)->request(), writer);
    exchange.stage = stage;
    seed(exchange, *call, *method);
    pipeline::ExecutionRecord::Wishes wishes;
    wishes.is_test = true;
    exchange.record = std::make_unique<pipeline::ExecutionRecord>(wishes);
    exchange.record->request_body.set(call->body);
    describe_start(exchange, *exchange.record,
                   std::string_view(call->path).substr(0, call->path.find('?')), call->headers);

    bool has_ended = false;
    for (const PhaseStep& step : order()) {
        if (step.is_skipped_by_test || (has_ended && !step.is_final)) continue;
        const Outcome outcome = co_await run(step, exchange);
        if (outcome == Outcome::Ended && !has_ended) {
            has_ended = true;
            exchange.failed_phase = step.name;
        }
    }
    snapshot::TestAnswer answer;
    answer.status = writer.status();
    answer.body = writer.body();
    answer.headers = shown_fields(exchange, writer);
    describe_end(exchange, *exchange.record, answer.status, answer.headers);
    answer.log = log_text(exchange);
    answer.latency = std::chrono::duration_cast<Milliseconds>(steady_now() - started);
    co_return answer;
}

}  // namespace turnpike::phase
