#include "data-plane/pipeline/log_values.hpp"

#include <array>
#include <charconv>

#include "common/json/value.hpp"
#include "common/telemetry/json_line.hpp"

namespace turnpike::pipeline {
namespace {

using telemetry::LogScratch;
using telemetry::LogVariable;

template <typename Number>
std::string_view write_number(Number number, LogScratch& scratch) {
    const auto end = std::to_chars(scratch.data(), scratch.data() + scratch.size(), number).ptr;
    return {scratch.data(), static_cast<std::size_t>(end - scratch.data())};
}

std::string_view write_milliseconds(SteadyTime::duration duration, LogScratch& scratch) {
    return write_number(std::chrono::duration_cast<Milliseconds>(duration).count(), scratch);
}

/// As a JSON text, quotes included. Short enough for a log line to take it whole.
std::string_view write_quoted(std::string_view message) {
    constexpr std::size_t kMessageBytesMax = 600;
    thread_local std::string written;
    written = message.data() ? json::quote(message.substr(0, kMessageBytesMax)) : "null";
    return written;
}

/// Dates are asked for once a request, but change once a second.
std::string_view write_date(WallTime date) {
    constexpr std::size_t kBytes = 26;
    constinit thread_local std::array<char, kBytes> written{};
    constinit thread_local std::int64_t written_second = -1;
    const std::int64_t second = epoch_seconds(date);
    if (second != written_second) {
        to_clf_date(date).copy(written.data(), kBytes);
        written_second = second;
    }
    return {written.data(), kBytes};
}

}  // namespace

std::string_view ExchangeLogValues::error_value(LogVariable variable) const {
    if (!exchange_.error) return {};
    const GatewayError& error = *exchange_.error;
    switch (variable) {
        case LogVariable::ErrorMessage:
            return error.message;
        case LogVariable::ErrorMessageString:
            return write_quoted(error.message);
        case LogVariable::ErrorResponseType:
            return to_text(error.type);
        case LogVariable::ErrorValidationErrorString:
            return exchange_.validation_error;
        case LogVariable::ErrorLimit:
            return to_text(exchange_.limit_verdict.refused_by);
        default:
            return {};
    }
}

std::string_view ExchangeLogValues::integration_value(LogVariable variable,
                                                      LogScratch& scratch) const {
    const IntegrationResponse& response = exchange_.integration_response;
    switch (variable) {
        case LogVariable::IntegrationError:
            if (!response.error.empty()) return response.error;
            if (exchange_.error && exchange_.failed_phase == "integrate") {
                return exchange_.error->detail;
            }
            return {};
        case LogVariable::IntegrationLatency:
            return response.latency ? write_milliseconds(*response.latency, scratch)
                                    : std::string_view{};
        case LogVariable::IntegrationStatus:
        case LogVariable::IntegrationIntegrationStatus:
            return response.status != 0 ? write_number(response.status, scratch)
                                        : std::string_view{};
        case LogVariable::IntegrationRequestId:
            return response.request_id;
        default:
            return {};
    }
}

std::string_view ExchangeLogValues::route_value(LogVariable variable) const {
    const auto* resource = exchange_.method ? exchange_.method->resource : nullptr;
    switch (variable) {
        case LogVariable::ResourceId:
            return resource ? std::string_view(resource->id) : std::string_view{};
        case LogVariable::ResourcePath:
            return resource ? std::string_view(resource->path) : std::string_view{};
        case LogVariable::DeploymentId:
            return exchange_.variant ? std::string_view(exchange_.variant->deployment_id())
                                     : std::string_view{};
        case LogVariable::IsCanaryRequest:
            if (!exchange_.stage || !exchange_.stage->has_canary()) return {};
            return exchange_.is_canary ? "true" : "false";
        case LogVariable::IdentityApiKey:
            return exchange_.identity.api_key;
        case LogVariable::IdentityApiKeyId:
            return exchange_.identity.key ? std::string_view(exchange_.identity.key->id)
                                          : std::string_view{};
        default:
            return {};
    }
}

std::string_view ExchangeLogValues::value_of(LogVariable variable, LogScratch& scratch) const {
    const net::Request& request = exchange_.request;
    switch (variable) {
        case LogVariable::AccountId:
            return exchange_.services.installation.account_id;
        case LogVariable::ApiId:
            return exchange_.api_id;
        case LogVariable::DomainName:
            return exchange_.domain_name;
        case LogVariable::DomainPrefix:
            return exchange_.domain_name.substr(0, exchange_.domain_name.find('.'));
        case LogVariable::ExtendedRequestId:
            return exchange_.ids.extended_id();
        case LogVariable::HttpMethod:
            return exchange_.http_method;
        case LogVariable::IdentitySourceIp:
            return request.peer.ip;
        case LogVariable::IdentityUserAgent:
            return request.head.fields().find(http::KnownHeader::UserAgent).value_or("");
        case LogVariable::Path:
            return exchange_.context_path;
        case LogVariable::Protocol:
            return to_text(request.head.version());
        case LogVariable::RequestId:
            return exchange_.ids.replaced_supplied_id() ? "UUID_REPLACED_INVALID_REQUEST_ID"
                                                        : exchange_.ids.request_id();
        case LogVariable::RequestTime:
            return write_date(request.received_date);
        case LogVariable::RequestTimeEpoch:
            return write_number(epoch_milliseconds(request.received_date), scratch);
        case LogVariable::ResponseLatency:
            return write_milliseconds(now_ - request.received, scratch);
        case LogVariable::ResponseLength:
            return write_number(exchange_.writer.body_bytes_sent(), scratch);
        case LogVariable::Stage:
            return exchange_.stage_name;
        case LogVariable::Status:
            return write_number(exchange_.writer.status(), scratch);
        case LogVariable::XrayTraceId:
            return exchange_.ids.trace_root();
        case LogVariable::TlsVersion:
            return request.peer.tls ? request.peer.tls->protocol() : std::string_view{};
        case LogVariable::CipherSuite:
            return request.peer.tls ? request.peer.tls->cipher() : std::string_view{};
        case LogVariable::ErrorLimit:
        case LogVariable::ErrorMessage:
        case LogVariable::ErrorMessageString:
        case LogVariable::ErrorResponseType:
        case LogVariable::ErrorValidationErrorString:
            return error_value(variable);
        case LogVariable::IntegrationError:
        case LogVariable::IntegrationLatency:
        case LogVariable::IntegrationStatus:
        case LogVariable::IntegrationIntegrationStatus:
        case LogVariable::IntegrationRequestId:
            return integration_value(variable, scratch);
        default:
            return route_value(variable);
    }
}

std::string_view ExchangeLogValues::value(LogVariable variable, std::string_view /*key*/,
                                          LogScratch& scratch) const {
    return value_of(variable, scratch);
}

struct ExchangeLogValues::Known {
    const ExchangeLogValues& values;

    template <LogVariable kVariable>
    std::string_view value_of(LogScratch& scratch) const {
        return values.value_of(kVariable, scratch);
    }
};

void ExchangeLogValues::write_json(telemetry::AccessLogWriter& writer,
                                   telemetry::LogDestination destination) const {
    writer.write(destination, telemetry::JsonLine(Known{*this}));
}

}  // namespace turnpike::pipeline
