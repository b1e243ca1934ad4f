#include "control-plane/service/authorizer_rules.hpp"

#include <algorithm>

#include "common/base/text.hpp"
#include "common/snapshot/pattern.hpp"
#include "control-plane/service/arn.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/integration_uri.hpp"
#include "control-plane/service/mapping_expression.hpp"

namespace turnpike::service {

namespace {

constexpr std::int64_t kResultSecondsDefault = 300;
constexpr std::int64_t kResultSecondsMax = 3600;
constexpr std::size_t kNameCharactersMax = 1024;
constexpr std::size_t kAuthorizerBytesMax = 64U << 10U;

bool verifies_token(std::string_view type) { return type == "COGNITO_USER_POOLS"; }

Result<void> check_name(std::string_view name) {
    if (trim(name).empty()) return invalid("Authorizer name must be non-empty");
    if (character_count(name) > kNameCharactersMax) {
        return invalid("Invalid Authorizer name, can be at most 1024 characters.");
    }
    return {};
}

Result<void> check_type(std::string_view type) {
    if (calls_function(type) || verifies_token(type)) return {};
    return invalid(
        "Invalid authorizer type specified. Valid options are TOKEN,REQUEST,COGNITO_USER_POOLS");
}

Result<void> check_function(const json::Value& authorizer) {
    const std::string_view uri = authorizer.text("authorizerUri");
    if (!check_service_uri(uri, true) || service_of_uri(uri) != "lambda") {
        return invalid("Invalid Authorizer URI: " + std::string(uri.empty() ? "null" : uri) +
                       ". Authorizer URI should be a valid API Gateway ARN that represents a "
                       "Lambda function invocation.");
    }
    const std::string_view role = authorizer.text("authorizerCredentials");
    if (role.empty() || looks_like_arn(role)) return {};
    return invalid("Invalid ARN specified in the request");
}

Result<void> check_user_pools(const json::Value& authorizer) {
    const json::Array& pools = authorizer.array("providerARNs");
    if (pools.empty()) {
        return invalid("At least one provider ARN must be specified for COGNITO_USER_POOLS.");
    }
    for (const json::Value& pool : pools) {
        const std::string_view arn =
            pool.is_string() ? std::string_view(pool.as_string()) : std::string_view{};
        const bool names_pool = looks_like_arn(arn) &&
                                arn.find(":cognito-idp:") != std::string_view::npos &&
                                arn.find(":userpool/") != std::string_view::npos;
        if (!names_pool) return invalid("Invalid provider ARN specified: " + std::string(arn));
    }
    return {};
}

Result<void> check_result_seconds(const json::Value& authorizer) {
    const auto seconds = authorizer.integer("authorizerResultTtlInSeconds");
    if (!seconds || (*seconds >= 0 && *seconds <= kResultSecondsMax)) return {};
    return invalid("Authorizer result TTL must be between 0 and 3600 seconds");
}

Error invalid_identity_source(std::string_view source) {
    return invalid("Invalid identity source specified: " +
                   std::string(source.empty() ? "null" : source));
}

/// A REQUEST authorizer without a cache needs no key of one.
Result<void> check_identity_source(const json::Value& authorizer) {
    const std::string_view type = authorizer.text("type");
    const std::string_view source = authorizer.text("identitySource");
    if (type != "REQUEST") {
        if (!is_header_source(source)) return invalid_identity_source(source);
        return {};
    }
    const bool is_cached = authorizer.integer("authorizerResultTtlInSeconds").value_or(0) > 0;
    if (source.empty() && !is_cached) return {};
    const auto sources = identity_sources(source);
    if (sources.empty() || !std::all_of(sources.begin(), sources.end(), is_identity_source)) {
        return invalid_identity_source(source);
    }
    return {};
}

Result<void> check_validation_expression(std::string_view expression) {
    if (expression.empty() || snapshot::Pattern::compile(expression)) return {};
    return invalid("Invalid identity validation expression specified: " + std::string(expression));
}

}  // namespace

bool calls_function(std::string_view authorizer_type) {
    return authorizer_type == "TOKEN" || authorizer_type == "REQUEST";
}

void complete_authorizer(json::Value& authorizer) {
    const bool is_function = calls_function(authorizer.text("type"));
    if (is_function && !authorizer.integer("authorizerResultTtlInSeconds")) {
        authorizer["authorizerResultTtlInSeconds"] = kResultSecondsDefault;
    }
    if (authorizer.text("authType").empty()) {
        authorizer["authType"] = is_function ? "custom" : "cognito_user_pools";
    }
}

Result<void> check_authorizer(const json::Value& authorizer) {
    const std::string_view type = authorizer.text("type");
    if (auto checked = check_name(authorizer.text("name")); !checked) return checked;
    if (auto checked = check_type(type); !checked) return checked;
    auto checked = calls_function(type) ? check_function(authorizer) : check_user_pools(authorizer);
    if (!checked) return checked;
    checked = check_result_seconds(authorizer);
    if (!checked) return checked;
    checked = check_identity_source(authorizer);
    if (!checked) return checked;
    checked = check_validation_expression(authorizer.text("identityValidationExpression"));
    if (!checked) return checked;
    return check_document_size(authorizer, kAuthorizerBytesMax);
}

Result<void> check_authorizer_name_is_free(Transaction& transaction, std::string_view api_id,
                                           const json::Value& authorizer) {
    for (const Row& row : transaction.scan(Table::Authorizers, api_id)) {
        if (row.key.id != authorizer.text("id") &&
            row.document.text("name") == authorizer.text("name")) {
            return invalid("Authorizer name must be unique. Authorizer " +
                           std::string(authorizer.text("name")) +
                           " already exists in this RestApi.");
        }
    }
    return {};
}

std::vector<std::string_view> identity_sources(std::string_view identity_source) {
    std::vector<std::string_view> sources;
    if (identity_source.empty()) return sources;
    for (const std::string_view source : split(identity_source, ',')) {
        sources.push_back(trim(source));
    }
    return sources;
}

}  // namespace turnpike::service
