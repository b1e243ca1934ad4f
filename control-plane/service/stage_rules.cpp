#include <algorithm>
#include <array>

#include "common/snapshot/limits.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/stage.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kStageNameMax = 128;
constexpr std::size_t kVariableNameMax = 64;
constexpr std::size_t kVariableValueMax = 512;
constexpr std::size_t kAccessLogFormatMax = std::size_t{3} * 1024;
constexpr std::size_t kArnMax = 2048;
/// A worker must be able to read what is published of a stage, the API's name and two hashes
/// included.
constexpr std::size_t kStageBytesMax = snapshot::limits::kRecordBytesMax / 4 * 3;
constexpr std::string_view kCacheSizeDefault = "0.5";
constexpr std::array<std::string_view, 8> kCacheSizes{"0.5",  "1.6",  "6.1", "13.5",
                                                      "28.4", "58.2", "118", "237"};

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool consists_of(std::string_view text, std::string_view beside_alphanumeric) {
    return std::all_of(text.begin(), text.end(), [beside_alphanumeric](char c) {
        return is_alphanumeric(c) || beside_alphanumeric.find(c) != std::string_view::npos;
    });
}

Result<void> check_variable(const std::string& name, const json::Value& value) {
    if (name.empty() || name.size() > kVariableNameMax || !consists_of(name, "_")) {
        return invalid("Invalid stage variable name: " + name +
                       ".  Please use names with only word characters.");
    }
    const std::string text = value.is_string() ? value.as_string() : "null";
    if (!value.is_string() || text.empty() || text.size() > kVariableValueMax ||
        !consists_of(text, "-._~:/?#&=,")) {
        return invalid("Invalid stage variable value: " + text +
                       ".  Please use values with alphanumeric characters and the symbols ' ', "
                       "-', '.', '_', ':', '/', '?', '&', '=', and ','.");
    }
    return {};
}

Result<void> check_variables(const json::Object& variables, const Installation& installation) {
    if (std::ssize(variables) > installation.variables_per_stage_max) {
        return limit_exceeded("Maximum number of stage variables for this stage has been reached");
    }
    for (const auto& [name, value] : variables) {
        if (auto checked = check_variable(name, value); !checked) return checked;
    }
    return {};
}

Result<void> check_canary(const json::Value& canary, const Installation& installation) {
    const double percent = canary.number("percentTraffic").value_or(0);
    if (percent < 0 || percent > 100) {
        return invalid("Canary percentTraffic must be between 0.0 and 100.0");
    }
    return check_variables(canary.object("stageVariableOverrides"), installation);
}

Result<void> check_access_log(const json::Value& log) {
    if (log.text("format").size() > kAccessLogFormatMax) {
        return invalid("Access Log format must not be longer than 3 KB");
    }
    if (log.text("destinationArn").size() > kArnMax) {
        return invalid("Access Log destination must not be longer than 2048 characters");
    }
    return {};
}

Result<void> check_cache_size(const json::Value& stage) {
    const std::string_view size = stage.text("cacheClusterSize", kCacheSizeDefault);
    if (std::find(kCacheSizes.begin(), kCacheSizes.end(), size) != kCacheSizes.end()) return {};
    return invalid(
        "Invalid cache cluster size specified. Valid options are "
        "0.5,1.6,6.1,13.5,28.4,58.2,118,237");
}

}  // namespace

json::Value new_stage(const Call& call, std::string_view name, std::string_view deployment_id) {
    // Later than every one that an earlier stage of this name had.
    const std::int64_t generation = epoch_milliseconds(call.now);
    return json::Object{
        {"stageName", name},
        {"deploymentId", deployment_id},
        {"cacheClusterEnabled", false},
        {"cacheClusterStatus", "NOT_AVAILABLE"},
        {"methodSettings", json::Object{}},
        {"tracingEnabled", false},
        {"createdDate", created_date(call)},
        {"lastUpdatedDate", created_date(call)},
        {"generations", json::Object{{"responses", generation}, {"authorizers", generation}}},
    };
}

json::Value shown_stage(json::Value stage) {
    stage.as_object().erase("generations");
    for (const char* own : {"explain", "responseCache", "limits"}) stage.as_object().erase(own);
    return without_empty_tags(std::move(stage));
}

Result<void> check_stage_name(std::string_view name) {
    if (!name.empty() && name.size() <= kStageNameMax && consists_of(name, "_-")) return {};
    return invalid("Stage name only allows a-zA-Z0-9_-");
}

void take_stage_settings(const json::Value& input, json::Value& stage) {
    copy_members(input, {"variables", "cacheClusterEnabled", "cacheClusterSize", "tracingEnabled"},
                 stage);
}

json::Value new_canary(std::string_view deployment_id) {
    return json::Object{
        {"percentTraffic", 0.0}, {"deploymentId", deployment_id}, {"useStageCache", false}};
}

void take_canary_settings(const json::Value& given, json::Value& canary) {
    copy_members(given, {"percentTraffic", "stageVariableOverrides", "useStageCache"}, canary);
}

void settle_stage(json::Value& stage) {
    const bool has_cache = stage.flag("cacheClusterEnabled");
    stage["cacheClusterStatus"] = has_cache ? "AVAILABLE" : "NOT_AVAILABLE";
    if (has_cache && stage.text("cacheClusterSize").empty()) {
        stage["cacheClusterSize"] = kCacheSizeDefault;
    }
    drop_if_empty(stage, "variables");
    if (stage.find("canarySettings") == nullptr) return;
    json::Value& canary = stage["canarySettings"];
    drop_if_empty(canary, "stageVariableOverrides");
    canary["percentTraffic"] = canary.number("percentTraffic").value_or(0);
}

void begin_generation(const Call& call, std::string_view cache, json::Value& stage) {
    json::Value& generation = stage["generations"][cache];
    const std::int64_t before = generation.is_integer() ? generation.as_integer() : 0;
    generation = std::max(before + 1, epoch_milliseconds(call.now));
}

void renew_changed_cache(const Call& call, const json::Value& before, json::Value& stage) {
    const bool is_same = before.flag("cacheClusterEnabled") == stage.flag("cacheClusterEnabled") &&
                         before.text("cacheClusterSize") == stage.text("cacheClusterSize");
    if (!is_same) begin_generation(call, "responses", stage);
}

Result<void> check_stage(const json::Value& stage, const Installation& installation) {
    if (auto checked = check_variables(stage.object("variables"), installation); !checked) {
        return checked;
    }
    if (const json::Value* canary = stage.find("canarySettings")) {
        if (auto checked = check_canary(*canary, installation); !checked) return checked;
    }
    if (const json::Value* log = stage.find("accessLogSettings")) {
        if (auto checked = check_access_log(*log); !checked) return checked;
    }
    if (auto checked = check_document_size(stage, kStageBytesMax); !checked) return checked;
    return check_cache_size(stage);
}

}  // namespace turnpike::service
