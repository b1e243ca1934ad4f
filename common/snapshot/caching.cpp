#include "common/snapshot/caching.hpp"

#include <algorithm>
#include <array>

#include "common/base/text.hpp"

namespace turnpike::snapshot {
namespace {

constexpr double kGigabyte = 1e9;
constexpr double kSizeMax = 1000;
constexpr double kSizeDefault = 0.5;
/// Longer ones were never valid.
constexpr std::int64_t kTtlMax = 3600;

using Invalidation = MethodCaching::Invalidation;

Invalidation invalidation_of(const model::MethodSettings& settings) {
    if (!settings.require_authorization_for_cache_control) return Invalidation::Allowed;
    const std::string& strategy = settings.unauthorized_cache_control_header_strategy;
    if (strategy == "FAIL_WITH_403") return Invalidation::Refused;
    if (strategy == "SUCCEED_WITHOUT_RESPONSE_HEADER") return Invalidation::Ignored;
    return Invalidation::IgnoredWithWarning;
}

bool is_cached(const CompiledMethod& method, const model::MethodSettings& settings, bool is_own) {
    if (!method.integration || !method.integration->is_cacheable) return false;
    if (settings.cache_ttl_seconds <= 0) return false;
    const bool is_get = method.verb == Verb::Get;
    // What is not GET, ANY included, is cached only if the method itself is set so.
    if (!is_get && !is_own) return false;
    return settings.caching_enabled.value_or(is_get);
}

struct Destination {
    std::string_view prefix;
    ParameterMapping::Destination kind;
    std::string_view callers;  ///< The same place in the caller's request.
};

constexpr std::array kDestinations{
    Destination{"integration.request.header.", ParameterMapping::Destination::Header,
                "method.request.header."},
    Destination{"integration.request.querystring.", ParameterMapping::Destination::Query,
                "method.request.querystring."},
    Destination{"integration.request.path.", ParameterMapping::Destination::Path,
                "method.request.path."},
};

bool is_named(const ParameterMapping& mapping, std::string_view name) {
    return mapping.destination == ParameterMapping::Destination::Header
               ? equals_ignoring_case(mapping.name, name)
               : mapping.name == name;
}

ParameterSource integration_source(const Destination& place, std::string_view name,
                                   const CompiledIntegration& integration) {
    for (const ParameterMapping& mapping : integration.parameters) {
        if (mapping.destination == place.kind && is_named(mapping, name)) return mapping.source;
    }
    if (!integration.is_proxy()) return {};
    return gateway_source(std::string(place.callers) + std::string(name))
        .value_or(ParameterSource{});
}

ParameterSource key_source(std::string_view name, const CompiledIntegration& integration) {
    for (const Destination& place : kDestinations) {
        if (name.starts_with(place.prefix)) {
            return integration_source(place, name.substr(place.prefix.size()), integration);
        }
    }
    if (!name.starts_with("method.request.")) return {};
    return gateway_source(name).value_or(ParameterSource{});
}

/// With its length, so that no two lists of texts give the same key.
void append_part(std::string& key, std::string_view part) {
    key += std::to_string(part.size());
    key += ':';
    key += part;
}

}  // namespace

std::optional<StageCache> compile_stage_cache(const model::Stage& stage) {
    if (!stage.cache_cluster_enabled) return std::nullopt;
    StageCache cache;
    cache.id = stage.api_id + "/" + stage.name;
    const double size = parse_number(stage.cache_cluster_size).value_or(kSizeDefault);
    cache.bytes_max = static_cast<std::uint64_t>(std::clamp(size, 0.0, kSizeMax) * kGigabyte);
    cache.stale_while_revalidate = Seconds(stage.response_cache.stale_while_revalidate_seconds);
    cache.stale_if_error = Seconds(stage.response_cache.stale_if_error_seconds);
    return cache;
}

std::optional<MethodCaching> compile_caching(const model::Stage& stage, const StageCache& cache,
                                             std::string_view deployment_hash,
                                             const CompiledMethod& method,
                                             const model::MethodSettings& settings, bool is_own) {
    if (!is_cached(method, settings, is_own)) return std::nullopt;
    MethodCaching caching;
    caching.stage = &cache;
    caching.ttl = Seconds(std::min(settings.cache_ttl_seconds, kTtlMax));
    caching.encrypts = settings.cache_data_encrypted;
    caching.invalidation = invalidation_of(settings);
    const std::string& name_space = method.integration->cache_namespace;
    append_part(caching.key_prefix, cache.id);
    append_part(caching.key_prefix, std::to_string(stage.response_generation));
    append_part(caching.key_prefix, stage.cache_cluster_size);
    append_part(caching.key_prefix, deployment_hash);
    append_part(caching.key_prefix, name_space.empty() ? method.resource->id : name_space);
    return caching;
}

std::vector<ParameterSource> compile_cache_key(const std::vector<std::string>& names,
                                               const CompiledIntegration& integration) {
    std::vector<ParameterSource> sources;
    sources.reserve(names.size());
    for (const std::string& name : names) sources.push_back(key_source(name, integration));
    return sources;
}

}  // namespace turnpike::snapshot
