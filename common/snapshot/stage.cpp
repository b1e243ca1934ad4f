#include "common/snapshot/stage.hpp"

#include <algorithm>

#include "common/base/assert.hpp"

namespace turnpike::snapshot {

namespace {

/// A key of methodSettings as "/resource/path/METHOD". The keys are patch paths as their writer
/// spelled them: "~1pets~1{id}/GET", "pets/GET", "~1/GET" for the root.
std::string settings_path(std::string_view key) {
    const std::size_t slash = key.rfind('/');
    std::string path;
    for (std::size_t i = 0; i < std::min(slash, key.size()); ++i) {
        const std::string_view two = key.substr(i, 2);
        if (two == "~1" || two == "~0") {
            path += two == "~1" ? '/' : '~';
            ++i;
        } else {
            path += key[i];
        }
    }
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (!path.starts_with('/')) path.insert(path.begin(), '/');
    const std::string_view verb = slash == std::string_view::npos ? "" : key.substr(slash + 1);
    return path + (path == "/" ? "" : "/") + std::string(verb);
}

std::string method_path(const CompiledMethod& method) {
    const std::string& path = method.resource->path;
    return path + (path == "/" ? "" : "/") + method.http_method;
}

/// What falls to the canary is counted besides, as of a stage of its own.
model::Stage canary_stage(const model::Stage& stage) {
    model::Stage named;
    named.api_id = stage.api_id;
    named.api_name = stage.api_name;
    named.name = stage.name + "/Canary";
    return named;
}

/// `base` with `overrides` put over it, sorted.
model::StringMap overlay(model::StringMap base, const model::StringMap& overrides) {
    for (const auto& [name, value] : overrides) {
        const auto same =
            std::ranges::find(base, name, &std::pair<std::string, std::string>::first);
        if (same != base.end()) {
            same->second = value;
        } else {
            base.emplace_back(name, value);
        }
    }
    std::ranges::sort(base);
    return base;
}

}  // namespace

const std::string* StageVariant::variable(std::string_view name) const {
    const auto found = std::ranges::lower_bound(
        variables_, name, {}, [](const auto& entry) { return std::string_view(entry.first); });
    return found != variables_.end() && found->first == name ? &found->second : nullptr;
}

std::shared_ptr<const CompiledStage> CompiledStage::compile(Parts parts, const MeterSlots& slots) {
    TURNPIKE_ASSERT(parts.deployment != nullptr);
    auto stage = std::shared_ptr<CompiledStage>(new CompiledStage());
    stage->stage_ = std::move(parts.stage);
    stage->normalise_settings();
    stage->bytes_ = sizeof(CompiledStage);
    stage->cache_ = compile_stage_cache(stage->stage_);
    if (slots) stage->unmatched_meter_slot_ = slots(stage->stage_, "", "");

    StageVariant& production = stage->production_;
    production.deployment_ = std::move(parts.deployment);
    production.deployment_id_ = stage->stage_.deployment_id;
    production.variables_ = overlay(stage->stage_.variables, {});
    stage->resolve(production, slots);
    stage->add_caching(production);

    if (stage->stage_.limits.usage_enabled) stage->add_usage_method(slots);

    if (const std::optional<model::CanarySettings>& settings_given = stage->stage_.canary) {
        const model::CanarySettings& settings = *settings_given;
        stage->canary_percent_ = settings.percent_traffic;
        auto canary = std::make_unique<StageVariant>();
        canary->deployment_ =
            parts.canary_deployment ? std::move(parts.canary_deployment) : production.deployment_;
        canary->deployment_id_ = settings.deployment_id;
        canary->variables_ = overlay(stage->stage_.variables, settings.variable_overrides);
        stage->resolve(*canary, slots);
        if (settings.use_stage_cache) stage->add_caching(*canary);
        stage->canary_ = std::move(canary);
        if (slots) stage->add_canary_meters(slots);
    }
    return stage;
}

void CompiledStage::add_canary_meters(const MeterSlots& slots) {
    const model::Stage named = canary_stage(stage_);
    canary_unmatched_meter_slot_ = slots(named, "", "");
    for (const CompiledMethod& method : canary_->deployment_->methods()) {
        canary_->methods_[method.index].canary_meter_slot =
            slots(named, method.resource->path, method.http_method);
    }
}

/// Logged and counted as the settings for all methods say.
void CompiledStage::add_usage_method(const MeterSlots& slots) {
    auto own = std::make_unique<UsageMethod>();
    own->resource.path = UsageMethod::kPath;
    own->method.resource = &own->resource;
    own->method.verb = Verb::Get;
    own->method.http_method = "GET";
    own->method.api_key_required = true;
    own->stage_method.settings = default_settings_;
    if (slots) {
        own->stage_method.meter_slot = slots(stage_, own->resource.path, own->method.http_method);
    }
    if (slots && stage_.canary) {
        own->stage_method.canary_meter_slot =
            slots(canary_stage(stage_), own->resource.path, own->method.http_method);
    }
    bytes_ += sizeof(UsageMethod);
    usage_method_ = std::move(own);
}

void CompiledStage::normalise_settings() {
    default_settings_ = &built_in_settings_;
    for (std::size_t i = 0; i < stage_.method_settings.size(); ++i) {
        const auto& [key, settings] = stage_.method_settings[i];
        has_execution_log_ = has_execution_log_ || settings.logging_level != "OFF";
        if (key == "*/*") {
            default_settings_ = &settings;
        } else {
            settings_by_path_.emplace_back(settings_path(key), i);
        }
    }
    std::ranges::sort(settings_by_path_);
    may_be_recorded_ = has_execution_log_ || stage_.explain.percent_traffic > 0;
    has_limit_headers_ = stage_.limits.headers_enabled;
}

const model::MethodSettings* CompiledStage::settings_of(const CompiledMethod& method) const {
    if (settings_by_path_.empty()) return default_settings_;
    const std::string path = method_path(method);
    const auto found = std::ranges::lower_bound(settings_by_path_, path, {}, [](const auto& entry) {
        return std::string_view(entry.first);
    });
    if (found == settings_by_path_.end() || found->first != path) return default_settings_;
    return &stage_.method_settings[found->second].second;
}

void CompiledStage::resolve(StageVariant& variant, const MeterSlots& slots) {
    const std::vector<CompiledMethod>& methods = variant.deployment_->methods();
    variant.methods_.resize(methods.size());
    bytes_ += methods.size() * sizeof(StageMethod);
    for (const CompiledMethod& method : methods) {
        StageMethod& target = variant.methods_[method.index];
        target.settings = settings_of(method);
        if (slots) {
            target.meter_slot = slots(stage_, method.resource->path, method.http_method);
        }
        if (!method.integration) continue;
        target.uri = &method.integration->uri;
        if (!target.uri->has_stage_variables()) continue;
        variant.resolved_uris_.push_back(
            std::make_unique<const UriTemplate>(target.uri->resolve(variant.variables_)));
        target.uri = variant.resolved_uris_.back().get();
    }
}

void CompiledStage::add_caching(StageVariant& variant) {
    if (!cache_) return;
    for (const CompiledMethod& method : variant.deployment_->methods()) {
        StageMethod& target = variant.methods_[method.index];
        std::optional<MethodCaching> caching =
            compile_caching(stage_, *cache_, variant.deployment_->hash(), method, *target.settings,
                            target.settings != default_settings_);
        if (!caching) continue;
        bytes_ += sizeof(MethodCaching) + caching->key_prefix.size();
        variant.cachings_.push_back(std::make_unique<const MethodCaching>(*std::move(caching)));
        target.caching = variant.cachings_.back().get();
    }
}

}  // namespace turnpike::snapshot
