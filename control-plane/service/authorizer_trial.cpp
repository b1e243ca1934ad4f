#include "control-plane/service/authorizer_trial.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "control-plane/service/authorizer_rules.hpp"

namespace turnpike::service {

namespace {

bool has_header(const json::Object& headers, std::string_view name) {
    return std::any_of(headers.begin(), headers.end(), [name](const auto& header) {
        return equals_ignoring_case(header.first, name);
    });
}

bool has_query_parameter(std::string_view path, std::string_view name) {
    const std::size_t question = path.find('?');
    if (question == std::string_view::npos) return false;
    const auto parameters = split(path.substr(question + 1), '&');
    return std::any_of(parameters.begin(), parameters.end(), [name](std::string_view parameter) {
        return parameter.substr(0, parameter.find('=')) == name;
    });
}

/// What is in the context is the gateway's to know.
bool is_given(std::string_view source, const json::Value& input) {
    constexpr std::string_view kHeader = "method.request.header.";
    constexpr std::string_view kQuery = "method.request.querystring.";
    constexpr std::string_view kVariable = "stageVariables.";
    if (source.starts_with(kHeader)) {
        const std::string_view name = source.substr(kHeader.size());
        return has_header(input.object("headers"), name) ||
               has_header(input.object("multiValueHeaders"), name);
    }
    if (source.starts_with(kQuery)) {
        return has_query_parameter(input.text("pathWithQueryString"), source.substr(kQuery.size()));
    }
    if (source.starts_with(kVariable)) {
        return input.object("stageVariables").contains(source.substr(kVariable.size()));
    }
    return true;
}

}  // namespace

Result<void> check_authorizer_trial(const json::Value& authorizer, const json::Value& input) {
    const std::string_view path = input.text("pathWithQueryString");
    if (!path.empty() && path.front() != '/') {
        return invalid("Invalid pathWithQueryString specified: it must begin with '/'");
    }
    for (const std::string_view source : identity_sources(authorizer.text("identitySource"))) {
        if (is_given(source, input)) continue;
        return invalid("The identity source " + std::string(source) +
                       " of the authorizer is missing in the request");
    }
    return {};
}

Error no_authorizer_trial(const json::Value& authorizer) {
    const std::string start =
        "Authorizer '" + std::string(authorizer.text("name")) + "' cannot be tested: ";
    if (calls_function(authorizer.text("type"))) {
        return invalid(start + "calls of Lambda functions are not built in this version, so " +
                       std::string(authorizer.text("authorizerUri")) + " cannot be invoked.");
    }
    return invalid(start + "tokens of Cognito user pools are not verified in this version.");
}

}  // namespace turnpike::service
