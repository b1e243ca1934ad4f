#include "data-plane/phase/describe.hpp"

#include "common/base/text.hpp"
#include "common/http/uri.hpp"
#include "common/telemetry/execution_log.hpp"
#include "data-plane/integration/request_builder.hpp"
#include "data-plane/integration/response_mapping.hpp"
#include "data-plane/transform/parameter_value.hpp"
#include "data-plane/transform/transformation.hpp"

namespace turnpike::phase {
namespace {

using pipeline::Exchange;
using pipeline::ExecutionRecord;
using pipeline::GatewayError;
using telemetry::logged_fields;
using Level = ExecutionRecord::Level;

constexpr std::string_view kFailed = "Execution failed";
constexpr std::string_view kConfigurationError = "Execution failed due to configuration error: ";

std::string text_of(std::string_view view) { return std::string(view); }

std::string_view flag(bool value) { return value ? "true" : "false"; }

model::StringMap path_parameters(Exchange& exchange) {
    model::StringMap parameters;
    for (const std::string& name : exchange.method->resource->parameter_names) {
        const std::string_view value = transform::path_value(exchange, name);
        if (value.data()) parameters.emplace_back(name, value);
    }
    return parameters;
}

model::StringMap query_parameters(Exchange& exchange) {
    model::StringMap parameters;
    transform::for_each_query_parameter(
        exchange, [&parameters](std::string_view name, std::string_view value) {
            parameters.emplace_back(name, value);
        });
    return parameters;
}

model::StringMap fields_of(const http::FieldList& list) {
    model::StringMap fields;
    for (const http::Field field : list) fields.emplace_back(field.name, field.value);
    return fields;
}

/// Of the head that goes to the back end, without what belongs to its connection.
model::StringMap head_fields(std::string_view head) {
    model::StringMap fields;
    for (const std::string_view line : split(head, '\n')) {
        const std::size_t colon = line.find(": ");
        if (colon == std::string_view::npos) continue;
        const std::string_view name = line.substr(0, colon);
        if (equals_ignoring_case(name, "Host") || equals_ignoring_case(name, "Connection")) {
            continue;
        }
        fields.emplace_back(name, trim(line.substr(colon + 2, line.size() - colon - 3)));
    }
    return fields;
}

std::string endpoint_uri(const Exchange& exchange) {
    const pipeline::IntegrationRequest& request = exchange.integration_request;
    return telemetry::logged_uri((request.origin->is_https ? "https://" : "http://") +
                                 request.origin->authority + text_of(request.target));
}

/// The line that tells why; empty if the type of the answer says it all.
std::string reason_of(const GatewayError& error) {
    const std::string detail(error.detail);
    if (detail.empty()) return {};
    const bool is_worded = detail.starts_with(kFailed) || error.status < 500;
    return is_worded ? detail : std::string(kConfigurationError) + detail;
}

void note_overrides(Exchange& exchange, ExecutionRecord& record) {
    if (!record.is_explained(Level::Info)) return;
    const auto* transformation = transform::Transformation::find(exchange);
    if (transformation == nullptr) return;
    const transform::Overrides& overrides = transformation->overrides();
    const auto note = [&record](std::string_view name, const auto& overridden) {
        std::string names;
        for (const auto& member : overridden.values().members()) {
            names += (names.empty() ? "" : ", ") + text_of(member.name);
        }
        if (!names.empty()) record.note(name, names);
    };
    note("overriddenHeaders", overrides.header);
    note("overriddenPathParameters", overrides.path);
    note("overriddenQueryParameters", overrides.query_string);
    note("overriddenResponseHeaders", overrides.response_header);
}

std::string plan_line(const Exchange& exchange, std::string_view before, std::string_view between) {
    const std::string key =
        exchange.method->api_key_required ? telemetry::masked(exchange.identity.api_key) : "";
    return text_of(before) + key + text_of(between) + text_of(exchange.api_id) + "/" +
           text_of(exchange.stage_name);
}

/// Why the key was not taken; the service tells it in its own words for plans only.
std::string key_refusal(const Exchange& exchange, const GatewayError& error) {
    std::string line =
        "API Key " + telemetry::masked(exchange.identity.api_key) + " not authorized because ";
    const bool lacks_plan = exchange.identity.key && exchange.identity.key->enabled;
    if (!lacks_plan) return line + text_of(error.detail);
    return line + "API Stage " + text_of(exchange.api_id) + "/" + text_of(exchange.stage_name) +
           " is not associated with a usage plan";
}

std::string_view kind_of(snapshot::CompiledIntegration::Type type) {
    using Type = snapshot::CompiledIntegration::Type;
    switch (type) {
        case Type::Http:
            return "HTTP";
        case Type::HttpProxy:
            return "HTTP_PROXY";
        case Type::Mock:
            return "MOCK";
        case Type::Aws:
            return "AWS";
        case Type::AwsProxy:
            return "AWS_PROXY";
    }
    return "";
}

std::string_view source_of(cache::ResponseCache::Source source) {
    using Source = cache::ResponseCache::Source;
    switch (source) {
        case Source::None:
            break;
        case Source::Memory:
            return "memory";
        case Source::Redis:
            return "redis";
        case Source::Coalesced:
            return "the call of another request";
    }
    return "none";
}

std::string selection_of(Exchange& exchange) {
    if (exchange.integration().is_proxy()) return "none: a proxy";
    const auto selected = integration::select_response(exchange);
    if (!selected) return "none";
    return "the response with status " + std::to_string((*selected)->status);
}

void note_template(Exchange& exchange, ExecutionRecord& record) {
    if (exchange.integration().is_proxy()) return record.note("body", "passed as it came");
    const auto* const chosen = exchange.integration_request.chosen_template;
    if (chosen) return record.note("template", chosen->media_type);
    record.note("template", exchange.error ? "none" : "none: the body passes");
}

}  // namespace

void describe_stage(Exchange& exchange, ExecutionRecord& record) {
    record.note("host", exchange.head().authority(), Level::Data);
    record.note("path", exchange.head().path());
    record.note("apiId", exchange.api_id);
    record.note("stage", exchange.stage_name);
}

void describe_canary(Exchange& exchange, ExecutionRecord& record) {
    if (exchange.stage->has_canary()) record.note("isCanaryRequest", flag(exchange.is_canary));
    record.note("deploymentId", exchange.variant->deployment_id());
    record.note(
        "stageVariables", [&] { return logged_fields(exchange.variant->variables()); },
        Level::Data);
}

void describe_route(Exchange& exchange, ExecutionRecord& record) {
    ExecutionRecord::Wishes wishes = record.wishes();
    // What matches nothing is in no execution log.
    wishes.logs_info = false;
    if (exchange.stage_method != nullptr) {
        const model::MethodSettings& settings = *exchange.stage_method->settings;
        wishes.logs_info = settings.logging_level == "INFO";
        wishes.logs_errors = wishes.logs_info || settings.logging_level == "ERROR";
        wishes.logs_data = settings.data_trace_enabled;
    }
    record.set_wishes(wishes);
    record.note("httpMethod", exchange.http_method);
    if (exchange.method == nullptr) return record.note("matched", "nothing");
    record.note("matched", [&] {
        return exchange.method->http_method + " " + exchange.method->resource->path;
    });
    record.note("resourceId", exchange.method->resource->id);
    record.note(
        "pathParameters", [&] { return logged_fields(path_parameters(exchange)); }, Level::Data);
}

void describe_authorization(Exchange& exchange, ExecutionRecord& record) {
    using snapshot::Authorization;
    const Authorization kind = exchange.method->authorization;
    record.note("authorizationType", kind == Authorization::None     ? "NONE"
                                     : kind == Authorization::AwsIam ? "AWS_IAM"
                                     : kind == Authorization::Custom ? "CUSTOM"
                                                                     : "COGNITO_USER_POOLS");
}

void describe_api_key(Exchange& exchange, ExecutionRecord& record) {
    const bool is_required = exchange.method->api_key_required;
    const std::string id(exchange.ids.request_id());
    record.add(Level::Info, "Extended Request Id: " + text_of(exchange.ids.extended_id()));
    record.add(Level::Info,
               plan_line(exchange, "Verifying Usage Plan for request: " + id + ". API Key: ",
                         " API Stage: "));
    record.note("apiKeyRequired", flag(is_required));
    if (exchange.identity.key) record.note("apiKeyId", exchange.identity.key->id);
    if (exchange.identity.plan) record.note("usagePlanId", exchange.identity.plan->id());
    if (exchange.error) return record.add(Level::Error, key_refusal(exchange, *exchange.error));
    if (!is_required) {
        record.add(Level::Info, "API Key  authorized because method '" +
                                    exchange.method->http_method + " " +
                                    exchange.method->resource->path +
                                    "' does not require API Key. Request will not contribute to "
                                    "throttle or quota limits");
    }
    record.add(Level::Info,
               plan_line(exchange, "Usage Plan check succeeded for API Key ", " and API Stage "));
    describe_start(exchange, record, exchange.path, fields_of(exchange.head().fields()));
}

void describe_start(Exchange& exchange, ExecutionRecord& record, std::string_view path,
                    const model::StringMap& fields) {
    record.add(Level::Info,
               "Starting execution for request: " + text_of(exchange.ids.request_id()));
    record.add(Level::Info, "HTTP Method: " + text_of(exchange.http_method) +
                                ", Resource Path: " + (path.empty() ? "/" : text_of(path)));
    if (!record.wishes().is_test && exchange.identity.key) {
        record.add(Level::Info, "API Key: " + telemetry::masked(exchange.identity.api_key));
        record.add(Level::Info, "API Key ID: " + exchange.identity.key->id);
    }
    if (!exchange.head().has_body()) record.request_body.set({});
    if (!record.wants_data()) return;
    record.add(Level::Data, "Method request path: " + logged_fields(path_parameters(exchange)));
    record.add(Level::Data,
               "Method request query string: " + logged_fields(query_parameters(exchange)));
    record.add(Level::Data, "Method request headers: " + logged_fields(fields));
    record.add_body("Method request body before transformations: ", record.request_body);
}

void describe_body(Exchange& exchange, ExecutionRecord& record) {
    if (!exchange.body) return;
    record.request_body.set(*exchange.body);
    record.note("bytes", [&] { return std::to_string(exchange.body->size()); });
    if (exchange.is_body_decoded) record.note("decoded", "true");
}

void describe_validation(Exchange& exchange, ExecutionRecord& record) {
    const snapshot::CompiledValidation* validation = exchange.method->validation.get();
    record.note("validator", validation ? "yes" : "none");
    if (validation == nullptr) return;
    record.note("requiredParameters",
                [&] { return std::to_string(validation->parameters.size()); });
    record.note("validatesBody", flag(validation->reads_body()));
    if (!exchange.validation_error.empty()) {
        record.note("problems", exchange.validation_error, Level::Data);
    }
}

void describe_cache(Exchange& exchange, ExecutionRecord& record) {
    const pipeline::CacheUse& use = exchange.cache;
    switch (use.result) {
        case pipeline::CacheUse::Result::None:
            return record.note("cache", "not for this method");
        case pipeline::CacheUse::Result::Miss:
            if (use.warns) record.note("cacheControl", "ignored: not authorized");
            return record.note("cache", use.replaces ? "passed over: max-age=0" : "miss");
        case pipeline::CacheUse::Result::Hit:
            break;
    }
    record.note("cache", use.is_stale ? "hit, stale" : "hit");
    record.note("source", source_of(use.source));
    if (use.warns) record.note("cacheControl", "ignored: not authorized");
    // Before it is compressed.
    record.response_body.set(exchange.method_response.text);
}

void describe_integration_request(Exchange& exchange, ExecutionRecord& record) {
    if (!exchange.has_integration()) return;
    record.note("integration", kind_of(exchange.integration().type));
    const pipeline::IntegrationRequest& request = exchange.integration_request;
    if (exchange.error || !request.origin) return;
    note_template(exchange, record);
    note_overrides(exchange, record);
    const std::string uri = endpoint_uri(exchange);
    record.note(
        "request", [&] { return text_of(request.verb) + " " + uri; }, Level::Data);
    record.add(Level::Data, "Endpoint request URI: " + uri);
    if (record.wants_data()) {
        const std::string fields = logged_fields(head_fields(request.head.data()));
        record.note("headers", fields, Level::Data);
        record.add(Level::Data, "Endpoint request headers: " + fields);
        if (!request.passes_body) {
            record.endpoint_request_body.set(request.body.value_or(std::string_view{}));
        }
        record.add_body("Endpoint request body after transformations: ",
                        request.passes_body ? record.request_body : record.endpoint_request_body);
    }
    const std::size_t shown = record.hides_data() ? uri.find('?') : std::string::npos;
    record.add(Level::Info, "Sending request to " + uri.substr(0, shown));
}

void describe_integration_response(Exchange& exchange, ExecutionRecord& record) {
    const pipeline::IntegrationResponse& response = exchange.integration_response;
    if (response.status != 0) {
        record.note("status", [&] { return std::to_string(response.status); });
    }
    if (!response.answer) return note_overrides(exchange, record);
    const auto latency =
        std::chrono::duration_cast<Milliseconds>(response.latency.value_or(Microseconds{0}));
    record.add(Level::Info, "Received response. Status: " + std::to_string(response.status) +
                                ", Integration latency: " + std::to_string(latency.count()) +
                                " ms");
    if (!record.wants_data()) return;
    const std::string fields = logged_fields(fields_of(response.answer->head().fields()));
    record.note("headers", fields, Level::Data);
    record.add(Level::Data, "Endpoint response headers: " + fields);
    record.add_body("Endpoint response body before transformations: ",
                    record.endpoint_response_body);
}

void describe_method_response(Exchange& exchange, ExecutionRecord& record) {
    if (exchange.integration_response.body) {
        record.endpoint_response_body.set(*exchange.integration_response.body);
    }
    // Before it is compressed.
    if (exchange.method_response.body == pipeline::MethodResponse::Body::Text) {
        record.response_body.set(exchange.method_response.text);
    }
    note_overrides(exchange, record);
    record.note("selected", [&] { return selection_of(exchange); });
}

void describe_storing(Exchange& exchange, ExecutionRecord& record) {
    const pipeline::CacheUse& use = exchange.cache;
    if (use.key.empty()) return;
    if (exchange.error) return record.note("stored", "no: the call failed");
    const bool is_stale = use.result == pipeline::CacheUse::Result::Hit;
    if (!is_stale) return;
    record.note("answered", "with the stale entry, since the call failed");
    record.response_body.set(exchange.method_response.text);
}

void describe_compression(Exchange& exchange, ExecutionRecord& record) {
    const auto threshold = exchange.variant->deployment().minimum_compression_size();
    record.note("minimumCompressionSize",
                [&] { return threshold ? std::to_string(*threshold) : "none"; });
}

void describe_end(Exchange& exchange, ExecutionRecord& record, int status,
                  const model::StringMap& fields) {
    const bool is_test = record.wishes().is_test;
    const pipeline::MethodResponse& response = exchange.method_response;
    if (exchange.error) {
        record.response_body.set(response.text);
    } else if (!record.response_body.is_set()) {
        record.response_body.set({});
    }
    const bool passes = response.body == pipeline::MethodResponse::Body::Upstream;
    const pipeline::BodySample& body =
        passes ? record.endpoint_response_body : record.response_body;
    record.note("status", [&] { return std::to_string(status); });
    if (!exchange.error) {
        record.add_body("Method response body after transformations: ", body);
        record.add(Level::Data, "Method response headers: " + logged_fields(fields));
        record.add(Level::Info, "Successfully completed execution");
        record.add(Level::Info, "Method completed with status: " + std::to_string(status));
        return;
    }
    const std::string type = "Gateway response type: " + text_of(to_text(exchange.error->type)) +
                             " with status code: " + std::to_string(status);
    const std::string reason = reason_of(*exchange.error);
    record.note("responseType", to_text(exchange.error->type));
    if (!reason.empty()) record.note("reason", reason);
    // The refusal of a key was told by its phase.
    if (!reason.empty() && exchange.failed_phase != "check_api_key") {
        record.add(Level::Error, reason);
    }
    if (!is_test || reason.empty()) record.add(Level::Error, type);
    if (!is_test) {
        record.add_body("Gateway response body: ", body);
        record.add(Level::Data, "Gateway response headers: " + logged_fields(fields));
    }
    record.add(Level::Error, "Method completed with status: " + std::to_string(status));
}

}  // namespace turnpike::phase
