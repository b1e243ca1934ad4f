#include "data-plane/pipeline/explanation.hpp"

#include "common/base/encoding.hpp"
#include "common/json/value.hpp"

namespace turnpike::pipeline {
namespace {

std::int64_t microseconds(SteadyTime::duration duration) {
    return std::chrono::duration_cast<Microseconds>(duration).count();
}

/// What callers and back ends send may be anything; a document is UTF-8.
std::string text_of(std::string_view text) { return valid_utf8(text); }

json::Value facts_of(const ExecutionRecord::Step& step) {
    json::Object facts;
    for (const auto& [name, value] : step.facts) facts.set(text_of(name), text_of(value));
    return json::Value(std::move(facts));
}

json::Value steps_of(const Exchange& exchange) {
    json::Array steps;
    for (const ExecutionRecord::Step& step : exchange.record->steps()) {
        json::Object document;
        document.set("phase", step.phase);
        document.set("startUs", microseconds(step.started - exchange.request.received));
        document.set("durationUs", microseconds(step.ended - step.started));
        document.set("outcome", step.has_ended_request ? "ended" : "continue");
        document.set("facts", facts_of(step));
        steps.push_back(json::Value(std::move(document)));
    }
    return json::Value(std::move(steps));
}

json::Value log_of(const ExecutionRecord& record) {
    json::Array lines;
    for (const ExecutionRecord::Line& line : record.lines()) {
        std::string text;
        if (!record.is_explained(line.level) || !ExecutionRecord::write(line, text)) continue;
        lines.emplace_back(text_of(text));
    }
    return json::Value(std::move(lines));
}

}  // namespace

std::string explanation_of(const Exchange& exchange, const std::string& worker_id, SteadyTime now) {
    json::Object document;
    document.set("requestId", exchange.ids.request_id());
    document.set("extendedRequestId", exchange.ids.extended_id());
    document.set("apiId", exchange.api_id);
    document.set("stage", exchange.stage_name);
    document.set("deploymentId", exchange.variant->deployment_id());
    document.set("isCanary", exchange.is_canary);
    document.set("httpMethod", text_of(exchange.http_method));
    document.set("path", text_of(exchange.context_path));
    if (exchange.method != nullptr) {
        document.set("resourceId", exchange.method->resource->id);
        document.set("resourcePath", exchange.method->resource->path);
    }
    document.set("sourceIp", exchange.request.peer.ip);
    document.set("requestTime", to_iso8601_milliseconds(exchange.request.received_date));
    document.set("durationUs", microseconds(now - exchange.request.received));
    document.set("status", exchange.writer.status());
    if (exchange.error) document.set("responseType", to_text(exchange.error->type));
    document.set("worker", worker_id);
    document.set("steps", steps_of(exchange));
    document.set("log", log_of(*exchange.record));
    return json::write(json::Value(std::move(document)));
}

}  // namespace turnpike::pipeline
