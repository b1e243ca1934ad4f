#include "control-plane/service/integration_uri.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "common/base/text.hpp"
#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

constexpr long long kPortMax = 65'535;
constexpr std::size_t kUriCharactersMax = 8192;

Error invalid_http_endpoint() { return invalid("Invalid HTTP endpoint specified for URI"); }

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c != 0x7F; });
}

/// The text after "http://" or "https://".
std::optional<std::string_view> after_scheme(std::string_view uri) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (uri.size() > scheme.size() &&
            equals_ignoring_case(uri.substr(0, scheme.size()), scheme)) {
            return uri.substr(scheme.size());
        }
    }
    return std::nullopt;
}

bool is_port(std::string_view text) {
    if (!is_word(text, "") || text.size() > 5) return false;
    const auto port = parse_integer(text);
    return port && *port > 0 && *port <= kPortMax;
}

/// "host", "host:port", "[v6]", "[v6]:port".
bool is_authority(std::string_view text) {
    std::string_view host = text;
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return false;
        host = text.substr(1, end - 1);
        port = text.substr(end + 1);
        if (!is_word(host, ":.")) return false;
    } else {
        const std::size_t colon = text.find(':');
        host = text.substr(0, colon);
        if (colon != std::string_view::npos) port = text.substr(colon);
        // A variable may stand for the host: "http://{host}/".
        if (!is_word(host, ".-_{}")) return false;
    }
    return port.empty() || (port.front() == ':' && is_port(port.substr(1)));
}

struct ServiceArn {
    std::string_view service;
    std::string_view resource;
};

/// "arn:partition:apigateway:region:service:resource"; the resource may hold colons.
std::optional<ServiceArn> parse_service_arn(std::string_view uri) {
    std::array<std::string_view, 5> heads;
    for (std::string_view& head : heads) {
        const std::size_t colon = uri.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        head = uri.substr(0, colon);
        uri.remove_prefix(colon + 1);
    }
    if (heads[0] != "arn") return std::nullopt;
    return ServiceArn{heads[4], uri};
}

/// "path/2015-03-31/functions/{function}/invocations", or the streaming form.
bool is_function_invocation(std::string_view resource) {
    constexpr std::string_view kFunctions = "/functions/";
    if (!resource.starts_with("path/")) return false;
    const std::size_t at = resource.find(kFunctions);
    if (at == std::string_view::npos) return false;
    const std::string_view rest = resource.substr(at + kFunctions.size());
    const std::size_t end = rest.rfind('/');
    if (end == std::string_view::npos) return false;
    const std::string_view function = rest.substr(0, end);
    const std::string_view verb = rest.substr(end + 1);
    const bool names_function = function.starts_with("arn:") || holds_stage_variable(function);
    return names_function && (verb == "invocations" || verb == "response-streaming-invocations");
}

bool is_firehose_record(std::string_view resource) {
    return resource == "action/PutRecord" || resource == "action/PutRecordBatch";
}

}  // namespace

bool holds_stage_variable(std::string_view text) {
    return text.find("${stageVariables.") != std::string_view::npos;
}

Result<void> check_http_uri(std::string_view uri) {
    if (uri.size() > kUriCharactersMax || !is_printable(uri)) return invalid_http_endpoint();
    if (holds_stage_variable(uri)) return {};
    const auto rest = after_scheme(uri);
    if (!rest) return invalid_http_endpoint();
    if (!is_authority(rest->substr(0, rest->find_first_of("/?#")))) return invalid_http_endpoint();
    return {};
}

Result<void> check_service_uri(std::string_view uri, bool is_proxy) {
    const auto arn = uri.size() <= kUriCharactersMax && is_printable(uri) ? parse_service_arn(uri)
                                                                          : std::nullopt;
    if (!arn) return invalid("Invalid ARN specified in the request");
    if (!arn->resource.starts_with("path/") && !arn->resource.starts_with("action/")) {
        return invalid("AWS ARN for integration must contain path or action");
    }
    const bool is_supported = (arn->service == "lambda" && is_function_invocation(arn->resource)) ||
                              (arn->service == "firehose" && is_firehose_record(arn->resource));
    if (is_proxy && !is_supported) {
        return invalid(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
            "Firehose stream invocations.");
    }
    return {};
}

std::string_view service_of_uri(std::string_view uri) {
    const auto arn = parse_service_arn(uri);
    return arn ? arn->service : std::string_view{};
}

}  // namespace turnpike::service
