#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/model/deployment.hpp"

namespace turnpike::model {

/// Settings of one method of a stage; the defaults are those of a method without any entry.
struct MethodSettings {
    bool metrics_enabled = false;
    bool data_trace_enabled = false;
    std::string logging_level = "OFF";
    /// -1: none but the account's.
    double throttling_rate_limit = -1;
    std::int64_t throttling_burst_limit = -1;
    /// Unset: only GET methods are cached, if the stage has a cache.
    std::optional<bool> caching_enabled;
    std::int64_t cache_ttl_seconds = 300;
    bool cache_data_encrypted = false;
    bool require_authorization_for_cache_control = true;
    std::string unauthorized_cache_control_header_strategy = "SUCCEED_WITH_RESPONSE_HEADER";
    bool operator==(const MethodSettings&) const = default;
};

struct CanarySettings {
    std::string deployment_id;
    double percent_traffic = 0;
    StringMap variable_overrides;
    bool use_stage_cache = false;
};

struct AccessLogSettings {
    std::string format;  ///< Empty: the stage has no access log of its own.
    std::string destination_arn;
};

/// Which requests are recorded step by step (docs/explain.md).
struct ExplainSettings {
    double percent_traffic = 0;  ///< 0..100; 0: none.
    /// Bodies, headers and rendered templates as well.
    bool data_trace_enabled = false;
};

/// How long the response cache may answer with what is no longer fresh (docs/cache.md). 0: never.
struct ResponseCacheSettings {
    std::int64_t stale_while_revalidate_seconds = 0;
    std::int64_t stale_if_error_seconds = 0;
};

/// What callers are told of their limits (docs/limits.md).
struct LimitSettings {
    bool headers_enabled = false;  ///< RateLimit-* and Retry-After.
    bool usage_enabled = false;    ///< GET /{stage}/_usage shows a key what it has used.
};

/// A named pointer to a deployment with live settings.
struct Stage {
    std::string api_id;
    std::string api_name;
    std::string name;
    std::string deployment_id;
    std::string snapshot;         ///< Hash of the deployment document.
    std::string canary_snapshot;  ///< Empty: no canary, or one on the same deployment.
    StringMap variables;
    /// Keys as the contract shows them: patch paths, still escaped ("~1pets~1{id}/GET", "*/*").
    std::vector<std::pair<std::string, MethodSettings>> method_settings;
    std::optional<CanarySettings> canary;
    AccessLogSettings access_log;
    ExplainSettings explain;
    bool disable_execute_api_endpoint = false;
    bool cache_cluster_enabled = false;
    std::string cache_cluster_size;  ///< In GB: "0.5".
    /// Grows with each flush: what was cached under an earlier one is not used any more.
    std::int64_t response_generation = 0;
    ResponseCacheSettings response_cache;
    LimitSettings limits;
    bool tracing_enabled = false;
    std::string client_certificate_id;
};

}  // namespace turnpike::model
