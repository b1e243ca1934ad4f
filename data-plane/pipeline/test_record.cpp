#include "data-plane/pipeline/test_record.hpp"

#include "common/base/text.hpp"
#include "common/http/uri.hpp"

namespace turnpike::pipeline {
namespace {

using telemetry::logged_body;
using telemetry::logged_fields;

constexpr std::string_view kFailed = "Execution failed";
constexpr std::string_view kConfigurationError = "Execution failed due to configuration error: ";

model::StringMap path_parameters(Exchange& exchange) {
    model::StringMap parameters;
    for (const std::string& name : exchange.method->resource->parameter_names) {
        const std::string_view raw = exchange.match.value_of(name);
        if (!raw.data()) continue;
        parameters.emplace_back(name, http::percent_decode(raw).value_or(std::string(raw)));
    }
    return parameters;
}

model::StringMap query_parameters(std::string_view query) {
    model::StringMap parameters;
    http::QueryParameters pieces(query, http::QueryParameters::Separators::AmpersandOrSemicolon);
    while (const auto piece = pieces.next()) {
        parameters.emplace_back(piece->name().value_or(std::string(piece->raw_name)),
                                piece->value().value_or(std::string(piece->raw_value)));
    }
    return parameters;
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

model::StringMap answer_fields(const http::FieldList& list) {
    model::StringMap fields;
    for (const http::Field field : list) fields.emplace_back(field.name, field.value);
    return fields;
}

/// The line that tells why.
std::string reason_of(const GatewayError& error, int status) {
    const std::string detail(error.detail);
    if (detail.empty()) {
        return "Gateway response type: " + std::string(to_text(error.type)) +
               " with status code: " + std::to_string(status);
    }
    const bool is_worded = detail.starts_with(kFailed) || status < 500;
    return is_worded ? detail : std::string(kConfigurationError) + detail;
}

}  // namespace

TestRecord::TestRecord(Exchange& exchange, const snapshot::TestCall& call)
    : exchange_(exchange), call_(call), log_(exchange.ids.request_id()) {}

void TestRecord::add(const std::string& line) { log_.add(wall_now(), line); }

void TestRecord::begin() {
    add("Starting execution for request: " + std::string(exchange_.ids.request_id()));
    add("HTTP Method: " + call_.http_method +
        ", Resource Path: " + call_.path.substr(0, call_.path.find('?')));
    add("Method request path: " + logged_fields(path_parameters(exchange_)));
    add("Method request query string: " +
        logged_fields(query_parameters(exchange_.head().query())));
    add("Method request headers: " + logged_fields(call_.headers));
    add("Method request body before transformations: " + logged_body(call_.body));
}

std::string TestRecord::endpoint_uri() const {
    const IntegrationRequest& request = exchange_.integration_request;
    return std::string(request.origin->is_https ? "https://" : "http://") +
           request.origin->authority + std::string(request.target);
}

void TestRecord::will_send() {
    const IntegrationRequest& request = exchange_.integration_request;
    if (!request.origin) return;
    std::string_view body = request.body.value_or(std::string_view{});
    if (request.passes_body) body = call_.body;
    add("Endpoint request URI: " + endpoint_uri());
    add("Endpoint request headers: " + logged_fields(head_fields(request.head.data())));
    add("Endpoint request body after transformations: " + logged_body(body));
    add("Sending request to " + endpoint_uri());
}

void TestRecord::received() {
    const IntegrationResponse& response = exchange_.integration_response;
    const auto latency =
        std::chrono::duration_cast<Milliseconds>(response.latency.value_or(Microseconds{0}));
    add("Received response. Status: " + std::to_string(response.status) +
        ", Integration latency: " + std::to_string(latency.count()) + " ms");
    add("Endpoint response headers: " +
        logged_fields(answer_fields(response.answer->head().fields())));
}

void TestRecord::collected(std::string_view body) {
    add("Endpoint response body before transformations: " + logged_body(body));
}

void TestRecord::end(const snapshot::TestAnswer& answer) {
    if (exchange_.error) {
        add(reason_of(*exchange_.error, answer.status));
    } else {
        add("Method response body after transformations: " + logged_body(answer.body));
        add("Method response headers: " + logged_fields(answer.headers));
        add("Successfully completed execution");
    }
    add("Method completed with status: " + std::to_string(answer.status));
}

}  // namespace turnpike::pipeline
