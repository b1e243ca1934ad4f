#include <algorithm>
#include <initializer_list>

#include "common/snapshot/decode.hpp"
#include "common/snapshot/fields.hpp"
#include "common/snapshot/limits.hpp"

namespace turnpike::snapshot {

namespace {

using limits::kMapEntriesMax;
using limits::kNameBytesMax;
using limits::kTextBytesMax;

constexpr std::int64_t kCountMax = std::int64_t{1} << 53U;

Result<json::Value> parse_record(std::string_view record) {
    Result<json::Value> parsed =
        json::parse(record, {.depth_max = 16, .bytes_max = limits::kRecordBytesMax});
    if (!parsed) return invalid("record is not JSON: " + parsed.error().detail);
    return parsed;
}

model::MethodSettings method_settings(const json::Value& value, Fields::Failure& failure) {
    Fields fields(value, failure, "methodSettings");
    model::MethodSettings settings;
    settings.metrics_enabled = fields.flag("metricsEnabled");
    settings.data_trace_enabled = fields.flag("dataTraceEnabled");
    settings.logging_level = fields.text("loggingLevel", kNameBytesMax, "OFF");
    settings.throttling_rate_limit = fields.number("throttlingRateLimit").value_or(-1);
    settings.throttling_burst_limit =
        fields.integer("throttlingBurstLimit", -1, kCountMax).value_or(-1);
    settings.caching_enabled = fields.optional_flag("cachingEnabled");
    settings.cache_ttl_seconds = fields.integer("cacheTtlInSeconds", 0, 86'400).value_or(300);
    settings.cache_data_encrypted = fields.flag("cacheDataEncrypted");
    settings.require_authorization_for_cache_control =
        fields.flag("requireAuthorizationForCacheControl", true);
    settings.unauthorized_cache_control_header_strategy =
        fields.text("unauthorizedCacheControlHeaderStrategy", kNameBytesMax,
                    settings.unauthorized_cache_control_header_strategy);
    return settings;
}

model::CanarySettings canary_settings(const json::Value& value, Fields::Failure& failure) {
    Fields fields(value, failure, "canarySettings");
    model::CanarySettings canary;
    canary.deployment_id = fields.text("deploymentId", kNameBytesMax);
    canary.percent_traffic = fields.number("percentTraffic").value_or(0);
    canary.variable_overrides = fields.text_map("stageVariableOverrides", kTextBytesMax);
    canary.use_stage_cache = fields.flag("useStageCache");
    return canary;
}

model::ExplainSettings explain_settings(const json::Value& value, Fields::Failure& failure) {
    Fields fields(value, failure, "explain");
    model::ExplainSettings explain;
    explain.percent_traffic = fields.number("percentTraffic").value_or(0);
    const bool is_percentage = explain.percent_traffic >= 0 && explain.percent_traffic <= 100;
    if (!is_percentage) fields.fail("percentTraffic", "is out of range");
    explain.data_trace_enabled = fields.flag("dataTraceEnabled");
    return explain;
}

model::ResponseCacheSettings response_cache(const json::Value& value, Fields::Failure& failure) {
    Fields fields(value, failure, "responseCache");
    return {
        fields.integer("staleWhileRevalidateInSeconds", 0, limits::kStaleSecondsMax).value_or(0),
        fields.integer("staleIfErrorInSeconds", 0, limits::kStaleSecondsMax).value_or(0)};
}

model::LimitSettings limit_settings(const json::Value& value, Fields::Failure& failure) {
    Fields fields(value, failure, "limits");
    return {fields.flag("headersEnabled"), fields.flag("usageEnabled")};
}

const json::Value* present(const json::Value& value, std::string_view name) {
    const json::Value* const found = value.find(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> known) {
    return std::find(known.begin(), known.end(), text) != known.end();
}

model::Throttle throttle(const json::Value& value, Fields::Failure& failure) {
    Fields fields(value, failure, "throttle");
    return {fields.number("rateLimit").value_or(-1),
            fields.integer("burstLimit", -1, kCountMax).value_or(-1)};
}

model::Quota quota(const json::Value& value, Fields::Failure& failure) {
    Fields fields(value, failure, "quota");
    model::Quota quota;
    quota.limit = fields.integer("limit", 0, kCountMax).value_or(0);
    quota.offset = fields.integer("offset", 0, kCountMax).value_or(0);
    quota.period = fields.required_text("period", kNameBytesMax);
    if (!is_one_of(quota.period, {"HOUR", "DAY", "WEEK", "MONTH"})) {
        fields.fail("period", "is unknown");
    }
    return quota;
}

model::ApiKey::Extension extension(const json::Value& value, Fields::Failure& failure) {
    Fields fields(value, failure, "extensions");
    model::ApiKey::Extension extension;
    extension.plan_id = fields.required_text("plan", kNameBytesMax);
    extension.window_start_s = fields.integer("windowStart", 0, kCountMax).value_or(0);
    extension.requests = fields.integer("requests", -kCountMax, kCountMax).value_or(0);
    return extension;
}

model::PlanStage plan_stage(const json::Value& value, Fields::Failure& failure) {
    Fields fields(value, failure, "apiStages");
    model::PlanStage stage;
    stage.api_id = fields.required_text("apiId", kNameBytesMax);
    stage.stage_name = fields.required_text("stage", kNameBytesMax);
    for (const auto& [path, item] : fields.object("throttle", kMapEntriesMax)) {
        stage.method_throttles.emplace_back(path, throttle(item, failure));
    }
    return stage;
}

}  // namespace

Result<model::Stage> decode_stage(std::string_view record) {
    const Result<json::Value> parsed = parse_record(record);
    if (!parsed) return parsed.error();
    Fields::Failure failure;
    Fields fields(*parsed, failure, "stage");
    model::Stage stage;
    stage.api_id = fields.required_text("apiId", kNameBytesMax);
    stage.api_name = fields.text("apiName", kNameBytesMax);
    stage.name = fields.required_text("stageName", kNameBytesMax);
    stage.deployment_id = fields.text("deploymentId", kNameBytesMax);
    stage.snapshot = fields.required_text("snapshot", kNameBytesMax);
    stage.canary_snapshot = fields.text("canarySnapshot", kNameBytesMax);
    stage.variables = fields.text_map("variables", kTextBytesMax);
    stage.disable_execute_api_endpoint = fields.flag("disableExecuteApiEndpoint");
    stage.cache_cluster_enabled = fields.flag("cacheClusterEnabled");
    stage.cache_cluster_size = fields.text("cacheClusterSize", kNameBytesMax);
    if (const json::Value* generations = present(*parsed, "generations")) {
        Fields generation_fields(*generations, failure, "generations");
        stage.response_generation =
            generation_fields.integer("responses", 0, kCountMax).value_or(0);
    }
    if (const json::Value* cache = present(*parsed, "responseCache")) {
        stage.response_cache = response_cache(*cache, failure);
    }
    stage.tracing_enabled = fields.flag("tracingEnabled");
    stage.client_certificate_id = fields.text("clientCertificateId", kNameBytesMax);
    for (const auto& [path, item] : fields.object("methodSettings", limits::kResourcesMax)) {
        stage.method_settings.emplace_back(path, method_settings(item, failure));
    }
    if (const json::Value* canary = present(*parsed, "canarySettings")) {
        stage.canary = canary_settings(*canary, failure);
    }
    if (const json::Value* log = present(*parsed, "accessLogSettings")) {
        Fields log_fields(*log, failure, "accessLogSettings");
        stage.access_log.format = log_fields.text("format", kTextBytesMax);
        stage.access_log.destination_arn = log_fields.text("destinationArn", kNameBytesMax);
    }
    if (const json::Value* explain = present(*parsed, "explain")) {
        stage.explain = explain_settings(*explain, failure);
    }
    if (const json::Value* own = present(*parsed, "limits")) {
        stage.limits = limit_settings(*own, failure);
    }
    if (failure) return *failure;
    return stage;
}

Result<model::UsagePlan> decode_plan(std::string_view record) {
    const Result<json::Value> parsed = parse_record(record);
    if (!parsed) return parsed.error();
    Fields::Failure failure;
    Fields fields(*parsed, failure, "usagePlan");
    model::UsagePlan plan;
    plan.id = fields.required_text("id", kNameBytesMax);
    plan.name = fields.text("name", kNameBytesMax);
    for (const json::Value& item : fields.array("apiStages", limits::kPlanStagesMax)) {
        plan.stages.push_back(plan_stage(item, failure));
    }
    if (const json::Value* value = present(*parsed, "throttle")) {
        plan.throttle = throttle(*value, failure);
    }
    if (const json::Value* value = present(*parsed, "quota")) {
        plan.quota = quota(*value, failure);
        plan.quota->quota_since_s = fields.integer("quotaSince", 0, kCountMax).value_or(0);
    }
    plan.without_redis = fields.text("withoutRedis", kNameBytesMax);
    if (!is_one_of(plan.without_redis, {"", "open", "closed", "local-share"})) {
        fields.fail("withoutRedis", "is unknown");
    }
    if (failure) return *failure;
    return plan;
}

Result<model::ApiKey> decode_key(std::string_view record) {
    const Result<json::Value> parsed = parse_record(record);
    if (!parsed) return parsed.error();
    Fields::Failure failure;
    Fields fields(*parsed, failure, "apiKey");
    model::ApiKey key;
    key.id = fields.required_text("id", kNameBytesMax);
    key.name = fields.text("name", kNameBytesMax);
    key.customer_id = fields.text("customerId", kNameBytesMax);
    key.enabled = fields.flag("enabled");
    key.plan_ids = fields.texts("plans", limits::kKeyPlansMax, kNameBytesMax);
    for (const json::Value& item : fields.array("extensions", limits::kKeyPlansMax)) {
        key.extensions.push_back(extension(item, failure));
    }
    if (failure) return *failure;
    return key;
}

}  // namespace turnpike::snapshot
