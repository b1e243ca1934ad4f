#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/model/stage.hpp"
#include "common/snapshot/caching.hpp"
#include "common/snapshot/deployment.hpp"

namespace turnpike::snapshot {

/// What a stage adds to one method of its deployment.
struct StageMethod {
    /// Integration URI with this stage's variables put in. Null: the method has no integration.
    const UriTemplate* uri = nullptr;
    const model::MethodSettings* settings = nullptr;  ///< Never null.
    std::uint32_t meter_slot = 0;                     ///< Counters of this API, stage and method.
    /// Those of the stage "<name>/Canary", for a method of a canary.
    std::uint32_t canary_meter_slot = 0;
    /// Null: the method is not cached.
    const MethodCaching* caching = nullptr;
};

/// The method of a path that is the stage's, not the deployment's.
struct UsageMethod {
    static constexpr std::string_view kPath = "/_usage";
    CompiledResource resource;
    CompiledMethod method;
    StageMethod stage_method;
};

/// One deployment under the variables of one stage: what a request runs on once the canary is
/// drawn.
class StageVariant {
public:
    const CompiledDeployment& deployment() const { return *deployment_; }
    const std::string& deployment_id() const { return deployment_id_; }
    /// Sorted by name.
    const model::StringMap& variables() const { return variables_; }
    /// Returns: null if the variable is not set.
    const std::string* variable(std::string_view name) const;
    const StageMethod& at(const CompiledMethod& method) const { return methods_[method.index]; }

private:
    friend class CompiledStage;
    std::shared_ptr<const CompiledDeployment> deployment_;
    std::vector<StageMethod> methods_;
    std::string deployment_id_;
    model::StringMap variables_;
    std::vector<std::unique_ptr<const UriTemplate>> resolved_uris_;
    std::vector<std::unique_ptr<const MethodCaching>> cachings_;
};

/// A stage ready to serve. Immutable; shared by all threads.
class CompiledStage {
public:
    /// Gives the counters' slot of a method ("" for path and verb: requests that match nothing).
    using MeterSlots = std::function<std::uint32_t(const model::Stage& stage, std::string_view path,
                                                   std::string_view http_method)>;
    struct Parts {
        model::Stage stage;
        std::shared_ptr<const CompiledDeployment> deployment;  ///< Never null.
        /// Null unless the stage has a canary on another deployment.
        std::shared_ptr<const CompiledDeployment> canary_deployment;
    };
    /// How much of the start of a stage every request reads.
    static constexpr std::size_t kHotBytes = 128;
    static std::shared_ptr<const CompiledStage> compile(Parts parts, const MeterSlots& slots);
    CompiledStage(const CompiledStage&) = delete;
    CompiledStage& operator=(const CompiledStage&) = delete;

    const std::string& api_id() const { return stage_.api_id; }
    const std::string& api_name() const { return stage_.api_name; }
    const std::string& name() const { return stage_.name; }
    const model::Stage& settings() const { return stage_; }
    bool has_canary() const { return canary_ != nullptr; }
    /// `draw` in [0, 1). The canary's if there is one and the draw falls to it.
    bool draws_canary(double draw) const { return canary_ && draw * 100.0 < canary_percent_; }
    const StageVariant& variant(bool is_canary) const { return is_canary ? *canary_ : production_; }
    const StageVariant& production() const { return production_; }
    /// Empty: the stage has no access log format of its own.
    const std::string& access_log_format() const { return stage_.access_log.format; }
    /// A method of the stage, in some deployment, may have an execution log.
    bool has_execution_log() const { return has_execution_log_; }
    /// Its requests may have a record: for an execution log, or for explain.
    bool may_be_recorded() const { return may_be_recorded_; }
    /// Answers carry RateLimit-* and Retry-After.
    bool has_limit_headers() const { return has_limit_headers_; }
    /// What GET "/_usage" is handled as, in place of a method of the deployment: one that needs a
    /// key and has no integration. Null: the path is the deployment's like any other.
    const UsageMethod* usage_method() const { return usage_method_.get(); }
    /// Counters of requests that match no method.
    std::uint32_t unmatched_meter_slot() const { return unmatched_meter_slot_; }
    /// Those of them that fell to the canary.
    std::uint32_t canary_unmatched_meter_slot() const { return canary_unmatched_meter_slot_; }
    /// What it keeps in memory, estimated, without its deployments, which stages share.
    std::size_t bytes() const { return bytes_; }

private:
    CompiledStage() = default;
    void resolve(StageVariant& variant, const MeterSlots& slots);
    void add_canary_meters(const MeterSlots& slots);
    const model::MethodSettings* settings_of(const CompiledMethod& method) const;
    void add_caching(StageVariant& variant);
    void add_usage_method(const MeterSlots& slots);
    void normalise_settings();

    // What every request reads comes first; see kHotBytes.
    std::unique_ptr<StageVariant> canary_;
    bool has_execution_log_ = false;
    bool may_be_recorded_ = false;
    bool has_limit_headers_ = false;
    std::unique_ptr<const UsageMethod> usage_method_;
    StageVariant production_;
    double canary_percent_ = 0;
    model::Stage stage_;
    /// "/pets/{id}/GET" -> index into stage_.method_settings; sorted.
    std::vector<std::pair<std::string, std::size_t>> settings_by_path_;
    const model::MethodSettings* default_settings_ = nullptr;
    model::MethodSettings built_in_settings_;
    std::optional<StageCache> cache_;
    std::uint32_t unmatched_meter_slot_ = 0;
    std::uint32_t canary_unmatched_meter_slot_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace turnpike::snapshot
