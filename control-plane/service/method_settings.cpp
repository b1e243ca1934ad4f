#include "control-plane/service/method_settings.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "common/base/text.hpp"
#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

constexpr std::string_view kStagePaths =
    "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, "
    "/accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, "
    "/{resourcePath}/{httpMethod}/metrics/enabled, "
    "/{resourcePath}/{httpMethod}/logging/dataTrace, "
    "/{resourcePath}/{httpMethod}/logging/loglevel, "
    "/{resourcePath}/{httpMethod}/throttling/burstLimit"
    "/{resourcePath}/{httpMethod}/throttling/rateLimit"
    "/{resourcePath}/{httpMethod}/caching/ttlInSeconds, "
    "/{resourcePath}/{httpMethod}/caching/enabled, "
    "/{resourcePath}/{httpMethod}/caching/dataEncrypted, "
    "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, "
    "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, "
    "/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, "
    "/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, "
    "/*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, "
    "/*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, "
    "/tracingEnabled";

using Parsed = Result<json::Value> (*)(std::string_view text, PatchTarget& target);

Result<json::Value> flag(std::string_view text, PatchTarget&) {
    return json::Value(equals_ignoring_case(text, "true"));
}

Result<json::Value> log_level(std::string_view text, PatchTarget& target) {
    if (text != "OFF" && text != "ERROR" && text != "INFO") {
        return invalid("Invalid logging level specified. Must be one of: [OFF, ERROR, INFO]");
    }
    const auto account = target.transaction.find(Table::Accounts, {"", "account"});
    const bool has_role = account && !account->text("cloudwatchRoleArn").empty();
    if (text != "OFF" && !has_role) {
        return invalid(
            "CloudWatch Logs role ARN must be set in account settings to enable logging");
    }
    return json::Value(text);
}

Result<json::Value> burst_limit(std::string_view text, PatchTarget&) {
    const auto burst = parse_integer(text);
    if (!burst || *burst < -1 || *burst > std::numeric_limits<std::int32_t>::max()) {
        return invalid("Invalid throttling burst limit specified. Must be an integer, -1 or more");
    }
    return json::Value(std::int64_t{*burst});
}

Result<json::Value> rate_limit(std::string_view text, PatchTarget&) {
    const auto rate = parse_number(text);
    if (!rate || (*rate < 0 && *rate != -1)) {
        return invalid("Invalid throttling rate limit specified. Must be a number, -1 or more");
    }
    return json::Value(*rate);
}

Result<json::Value> cache_ttl(std::string_view text, PatchTarget&) {
    constexpr long long kTtlMax = 3600;
    const auto seconds = parse_integer(text);
    if (!seconds || *seconds < 0 || *seconds > kTtlMax) {
        return invalid("Invalid cache TTL specified. Must be between 0 and 3600 seconds");
    }
    return json::Value(std::int64_t{*seconds});
}

Result<json::Value> header_strategy(std::string_view text, PatchTarget&) {
    constexpr std::array<std::string_view, 3> kStrategies{
        "FAIL_WITH_403", "SUCCEED_WITH_RESPONSE_HEADER", "SUCCEED_WITHOUT_RESPONSE_HEADER"};
    if (std::find(kStrategies.begin(), kStrategies.end(), text) != kStrategies.end()) {
        return json::Value(text);
    }
    return invalid(
        "Invalid unauthorizedCacheControlHeaderStrategy specified. Must be one of: "
        "[FAIL_WITH_403, SUCCEED_WITH_RESPONSE_HEADER, SUCCEED_WITHOUT_RESPONSE_HEADER]");
}

struct Setting {
    std::string_view path;  ///< What follows the method.
    std::string_view member;
    Parsed parsed;
};
constexpr std::array<Setting, 10> kSettings{{
    {"metrics/enabled", "metricsEnabled", flag},
    {"logging/loglevel", "loggingLevel", log_level},
    {"logging/dataTrace", "dataTraceEnabled", flag},
    {"throttling/burstLimit", "throttlingBurstLimit", burst_limit},
    {"throttling/rateLimit", "throttlingRateLimit", rate_limit},
    {"caching/enabled", "cachingEnabled", flag},
    {"caching/ttlInSeconds", "cacheTtlInSeconds", cache_ttl},
    {"caching/dataEncrypted", "cacheDataEncrypted", flag},
    {"caching/requireAuthorizationForCacheControl", "requireAuthorizationForCacheControl", flag},
    {"caching/unauthorizedCacheControlHeaderStrategy", "unauthorizedCacheControlHeaderStrategy",
     header_strategy},
}};

constexpr std::array<std::string_view, 8> kMethods{"GET",   "PUT",     "POST", "DELETE",
                                                   "PATCH", "OPTIONS", "HEAD", "ANY"};

/// "*/*", or one resource path and a verb; still escaped.
bool is_key(std::string_view resource, std::string_view method) {
    if (resource.empty()) return false;
    if (resource == "*" || method == "*") return resource == method;
    return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

struct Address {
    std::string key;
    const Setting* setting;
};

std::optional<Address> address_of(const PatchOperation& operation) {
    const std::string path = operation.path.value_or("");
    if (path.empty() || path.front() != '/') return std::nullopt;
    const auto parts = split(std::string_view(path).substr(1), '/');
    if (parts.size() != 4 || !is_key(parts[0], parts[1])) return std::nullopt;
    const std::string setting = std::string(parts[2]) + "/" + std::string(parts[3]);
    for (const Setting& known : kSettings) {
        if (known.path == setting) {
            return Address{std::string(parts[0]) + "/" + std::string(parts[1]), &known};
        }
    }
    return std::nullopt;
}

json::Value first_settings(const json::Value& stage, const Installation& installation) {
    const json::Object& all = stage.object("methodSettings");
    if (const json::Value* inherited = all.find("*/*")) return *inherited;
    return json::Object{
        {"metricsEnabled", false},
        {"dataTraceEnabled", false},
        {"throttlingBurstLimit", installation.account_burst_limit},
        {"throttlingRateLimit", shown_account_rate(installation)},
        {"cachingEnabled", false},
        {"cacheTtlInSeconds", 300},
        {"cacheDataEncrypted", false},
        {"requireAuthorizationForCacheControl", true},
        {"unauthorizedCacheControlHeaderStrategy", "SUCCEED_WITH_RESPONSE_HEADER"},
    };
}

/// The path as refusals show it when it is taken for a method's.
std::string without_slash(const PatchOperation& operation) {
    const std::string path = operation.path.value_or("null");
    return path.starts_with('/') ? path.substr(1) : path;
}

}  // namespace

Result<void> patch_method_setting(PatchTarget& target, const PatchOperation& operation) {
    const auto address = address_of(operation);
    if (!address) return unknown_stage_path(operation);
    auto value = address->setting->parsed(operation.value_text(), target);
    if (!value) return value.error();
    json::Value& stage = target.document;
    if (stage.object("methodSettings").find(address->key) == nullptr) {
        json::Value first = first_settings(stage, target.call.installation);
        stage["methodSettings"][address->key] = std::move(first);
    }
    stage["methodSettings"][address->key][address->setting->member] = *std::move(value);
    return {};
}

Result<void> remove_method_settings(PatchTarget& target, const PatchOperation& operation) {
    if (target.document["methodSettings"].as_object().erase(without_slash(operation))) return {};
    return nothing_to_remove(operation);
}

Error unknown_stage_path(const PatchOperation& operation) {
    return invalid("Invalid method setting path: " + operation.path.value_or("null") +
                   ". Must be one of: [" + std::string(kStagePaths) + "]");
}

Error nothing_to_remove(const PatchOperation& operation) {
    return invalid("Cannot remove method setting " + without_slash(operation) +
                   " because there is no method setting for this method ");
}

}  // namespace turnpike::service
