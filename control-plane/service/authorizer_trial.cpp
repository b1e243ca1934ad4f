#include "control-plane/service/authorizer_trial.hpp"

#include "common/base/random.hpp"
#include "common/base/text.hpp"
#include "common/snapshot/pattern.hpp"
#include "common/telemetry/execution_log.hpp"
#include "control-plane/service/authorizer_rules.hpp"

namespace turnpike::service {

namespace {

/// The first value of the header, whose name has no case. Returns: nothing if there is none.
std::string_view header(const json::Value& input, std::string_view name) {
    for (const auto& [given, value] : input.object("headers")) {
        if (equals_ignoring_case(given, name) && value.is_string()) return value.as_string();
    }
    for (const auto& [given, values] : input.object("multiValueHeaders")) {
        if (!equals_ignoring_case(given, name) || !values.is_array()) continue;
        if (values.as_array().empty() || !values.as_array().front().is_string()) continue;
        return values.as_array().front().as_string();
    }
    return {};
}

std::string_view query_parameter(std::string_view path, std::string_view name) {
    const std::size_t question = path.find('?');
    if (question == std::string_view::npos) return {};
    for (const std::string_view parameter : split(path.substr(question + 1), '&')) {
        const std::size_t equals = parameter.find('=');
        if (equals != std::string_view::npos && parameter.substr(0, equals) == name) {
            return parameter.substr(equals + 1);
        }
    }
    return {};
}

/// What the source has in the tested request; what it takes from the context is the gateway's to
/// know and always there.
std::string_view value_of(std::string_view source, const json::Value& input) {
    constexpr std::string_view kHeader = "method.request.header.";
    constexpr std::string_view kQuery = "method.request.querystring.";
    constexpr std::string_view kVariable = "stageVariables.";
    if (source.starts_with(kHeader)) return header(input, source.substr(kHeader.size()));
    if (source.starts_with(kQuery)) {
        return query_parameter(input.text("pathWithQueryString"), source.substr(kQuery.size()));
    }
    if (source.starts_with(kVariable)) {
        const json::Value* variables = input.find("stageVariables");
        return variables == nullptr ? std::string_view{}
                                    : variables->text(source.substr(kVariable.size()));
    }
    return source;
}

/// With results that are kept, the sources are their key: all must be there.
bool sources_are_required(const json::Value& authorizer) {
    return authorizer.text("type") != "REQUEST" ||
           authorizer.integer("authorizerResultTtlInSeconds").value_or(0) > 0;
}

bool is_identified(const json::Value& authorizer, const json::Value& input) {
    const auto sources = identity_sources(authorizer.text("identitySource"));
    if (sources_are_required(authorizer)) {
        for (const std::string_view source : sources) {
            if (value_of(source, input).empty()) return false;
        }
    }
    const std::string_view expression = authorizer.text("identityValidationExpression");
    if (expression.empty() || sources.empty()) return true;
    const auto pattern = snapshot::Pattern::compile(expression);
    return pattern && pattern->matches(value_of(sources.front(), input));
}

std::string failure(const json::Value& authorizer) {
    return std::string("Execution failed due to configuration error: ") +
           (calls_function(authorizer.text("type"))
                ? "Turnpike does not call functions in this version"
                : "Turnpike does not verify tokens of user pools in this version");
}

}  // namespace

Result<json::Value> try_authorizer(const json::Value& authorizer, const json::Value& input,
                                   WallTime now) {
    const std::string_view path = input.text("pathWithQueryString");
    if (!path.empty() && path.front() != '/') {
        return invalid("Invalid pathWithQueryString specified: it must begin with '/'");
    }
    const SteadyTime started = steady_now();
    const std::string request_id = random_uuid();
    telemetry::ExecutionLog log(request_id);
    log.add(now, "Starting authorizer: " + std::string(authorizer.text("id")));
    const bool identified = is_identified(authorizer, input);
    if (!identified) {
        log.add(now, "Unauthorized request: " + request_id);
    } else {
        log.add(now, "Incoming identity: ****");
        const std::string_view uri = authorizer.text("authorizerUri");
        if (!uri.empty()) log.add(now, "Endpoint request URI: " + std::string(uri));
        log.add(now, failure(authorizer));
    }
    const auto latency = std::chrono::duration_cast<Milliseconds>(steady_now() - started);
    return json::Value(json::Object{{"clientStatus", identified ? 500 : 401},
                                    {"log", log.text()},
                                    {"latency", std::int64_t{latency.count()}}});
}

}  // namespace turnpike::service
