#include "common/snapshot/compile_integration.hpp"

#include <algorithm>
#include <array>

#include "common/snapshot/caching.hpp"

namespace turnpike::snapshot {

namespace {

template <typename Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::pair<std::string_view, Enum>, N>& names,
                          std::string_view text) {
    for (const auto& [name, value] : names) {
        if (name == text) return value;
    }
    return std::nullopt;
}

using Type = CompiledIntegration::Type;
constexpr std::array<std::pair<std::string_view, Type>, 5> kTypes{{
    {"HTTP", Type::Http},
    {"HTTP_PROXY", Type::HttpProxy},
    {"MOCK", Type::Mock},
    {"AWS", Type::Aws},
    {"AWS_PROXY", Type::AwsProxy},
}};

using Passthrough = CompiledIntegration::Passthrough;
constexpr std::array<std::pair<std::string_view, Passthrough>, 3> kPassthroughs{{
    {"WHEN_NO_MATCH", Passthrough::WhenNoMatch},
    {"WHEN_NO_TEMPLATES", Passthrough::WhenNoTemplates},
    {"NEVER", Passthrough::Never},
}};

using Connection = CompiledIntegration::Connection;
constexpr std::array<std::pair<std::string_view, Connection>, 2> kConnections{{
    {"INTERNET", Connection::Internet},
    {"VPC_LINK", Connection::VpcLink},
}};

constexpr std::array<std::pair<std::string_view, ContentHandling>, 3> kContentHandlings{{
    {"", ContentHandling::None},
    {"CONVERT_TO_TEXT", ContentHandling::ToText},
    {"CONVERT_TO_BINARY", ContentHandling::ToBinary},
}};

Error unknown(std::string_view member, std::string_view value) {
    return invalid(std::string(member) + " is not a known one: " + std::string(value));
}

std::optional<int> parse_status(std::string_view text) {
    const std::optional<long long> status = parse_integer(text);
    if (!status || *status < 100 || *status > 599) return std::nullopt;
    return static_cast<int>(*status);
}

Result<Pattern> pooled(PatternPool& pool, const std::string& expression) {
    const auto found = pool.find(expression);
    if (found != pool.end()) return found->second;
    Result<Pattern> compiled = Pattern::compile(expression);
    if (compiled) pool.emplace(expression, *compiled);
    return compiled;
}

bool maps_body(const std::vector<ParameterMapping>& parameters) {
    return std::ranges::any_of(
        parameters, [](const ParameterMapping& mapping) { return mapping.source.reads_body(); });
}

/// HTTP reads every body, since text is made valid UTF-8 on the way. A MOCK whose templates do not
/// match looks for its status in the body by itself.
bool reads_request_body(const CompiledIntegration& integration) {
    if (integration.type == Type::Http || integration.maps_request_body) return true;
    return integration.type == Type::Mock &&
           std::ranges::any_of(integration.templates, &MappingTemplate::needs_evaluation);
}

Result<CompiledIntegrationResponse> compile_response(const model::Method& method,
                                                     const model::IntegrationResponse& response,
                                                     CompilePools& pools) {
    CompiledIntegrationResponse compiled;
    const std::optional<int> status = parse_status(response.status_code);
    if (!status) return unknown("statusCode", response.status_code);
    compiled.status = *status;
    const auto handling = named(kContentHandlings, response.content_handling);
    if (!handling) return unknown("contentHandling", response.content_handling);
    compiled.content_handling = *handling;
    if (!response.selection_pattern.empty()) {
        Result<Pattern> pattern = pooled(pools.patterns, response.selection_pattern);
        if (!pattern) return pattern.error();
        compiled.pattern = std::move(*pattern);
    }
    Result<std::vector<ParameterMapping>> mappings =
        compile_response_mappings(response.response_parameters);
    if (!mappings) return mappings.error();
    compiled.parameters = std::move(*mappings);
    compiled.maps_body = maps_body(compiled.parameters);
    compiled.templates = prepare_templates(response.response_templates, pools.programs);
    compiled.is_declared = std::ranges::find(method.response_status_codes, response.status_code) !=
                           method.response_status_codes.end();
    return compiled;
}

Result<void> compile_responses(const model::Method& method, const model::Integration& integration,
                               CompilePools& pools, CompiledIntegration& compiled) {
    for (const model::IntegrationResponse& response : integration.responses) {
        Result<CompiledIntegrationResponse> one = compile_response(method, response, pools);
        if (!one) return one.error();
        compiled.responses.push_back(std::move(*one));
    }
    std::ranges::stable_sort(compiled.responses, {}, &CompiledIntegrationResponse::status);
    return {};
}

Result<void> compile_enumerations(const model::Integration& integration,
                                  CompiledIntegration& compiled) {
    const auto type = named(kTypes, integration.type);
    if (!type) return unknown("type", integration.type);
    const auto passthrough = named(kPassthroughs, integration.passthrough_behavior);
    if (!passthrough) return unknown("passthroughBehavior", integration.passthrough_behavior);
    const auto connection = named(kConnections, integration.connection_type);
    if (!connection) return unknown("connectionType", integration.connection_type);
    const auto handling = named(kContentHandlings, integration.content_handling);
    if (!handling) return unknown("contentHandling", integration.content_handling);
    compiled.type = *type;
    compiled.passthrough = *passthrough;
    compiled.connection = *connection;
    compiled.content_handling = *handling;
    return {};
}

}  // namespace

Result<CompiledIntegration> compile_integration(const model::Method& method,
                                                const model::Integration& integration,
                                                CompilePools& pools) {
    CompiledIntegration compiled;
    if (Result<void> done = compile_enumerations(integration, compiled); !done) return done.error();
    compiled.http_method = integration.http_method;
    compiled.verb =
        integration.http_method.empty() ? Verb::Any : method_verb(integration.http_method);
    compiled.timeout = Milliseconds(integration.timeout_ms);
    compiled.uri = UriTemplate::parse(integration.uri);
    compiled.connection_id = integration.connection_id;
    compiled.insecure_skip_verification = integration.insecure_skip_verification;
    Result<std::vector<ParameterMapping>> mappings =
        compile_request_mappings(integration.request_parameters);
    if (!mappings) return mappings.error();
    compiled.parameters = std::move(*mappings);
    compiled.templates = prepare_templates(integration.request_templates, pools.programs);
    compiled.maps_request_body = maps_body(compiled.parameters);
    compiled.reads_request_body = reads_request_body(compiled);
    compiled.is_cacheable =
        compiled.type != Type::Mock && integration.response_transfer_mode != "STREAM";
    compiled.cache_namespace = integration.cache_namespace;
    compiled.cache_key = compile_cache_key(integration.cache_key_parameters, compiled);
    if (Result<void> done = compile_responses(method, integration, pools, compiled); !done) {
        return done.error();
    }
    return compiled;
}

}  // namespace turnpike::snapshot
