#include "control-plane/service/usage_plan_rules.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "common/base/text.hpp"
#include "common/snapshot/limits.hpp"
#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kPlanNameMax = 1024;
/// A worker must be able to read what is published of a plan.
constexpr std::size_t kPlanBytesMax = snapshot::limits::kRecordBytesMax / 4 * 3;
constexpr std::array<std::string_view, 9> kMethodsOfThrottles{
    "GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY", "*"};

struct Period {
    std::string_view name;
    std::int64_t offset_max;
    std::string_view refusal;
};
constexpr std::array<Period, 4> kPeriods{{
    {"HOUR", 0, "Usage Plan quota offset must be zero in the HOUR period"},
    {"DAY", 0, "Usage Plan quota offset must be zero in the DAY period"},
    {"WEEK", 6,
     "Usage Plan quota offset must be between zero and six inclusive in the WEEK period"},
    {"MONTH", 27,
     "Usage Plan quota offset must be between zero and 27 inclusive in the MONTH period"},
}};

/// The contract's integers have 32 bits.
bool is_count(std::int64_t number) {
    return number >= 0 && number <= std::numeric_limits<std::int32_t>::max();
}

Result<void> check_throttle(const json::Value& throttle) {
    if (!is_count(throttle.integer("burstLimit").value_or(0))) {
        return invalid("Usage Plan throttle burst limit must be between 0 and 2147483647");
    }
    if (throttle.number("rateLimit").value_or(0) < 0) {
        return invalid("Usage Plan throttle rate limit must not be negative");
    }
    return {};
}

Result<void> check_quota(const json::Value& quota) {
    const auto limit = quota.integer("limit");
    const std::string_view name = quota.text("period");
    if (!limit || name.empty()) return invalid("Usage Plan quota needs a limit and a period");
    if (!is_count(*limit)) {
        return invalid("Usage Plan quota limit must be between 0 and 2147483647");
    }
    const auto* period = std::find_if(kPeriods.begin(), kPeriods.end(),
                                      [name](const Period& known) { return known.name == name; });
    if (period == kPeriods.end()) {
        return invalid(
            "Invalid Usage Plan quota period specified. Valid options are DAY,WEEK,MONTH");
    }
    const std::int64_t offset = quota.integer("offset").value_or(0);
    if (offset < 0 || offset > period->offset_max) return invalid(std::string(period->refusal));
    return {};
}

/// "/pets/GET", "//GET" for the root, "*/*".
bool is_method_path(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return false;
    const std::string_view method = path.substr(slash + 1);
    return std::find(kMethodsOfThrottles.begin(), kMethodsOfThrottles.end(), method) !=
           kMethodsOfThrottles.end();
}

Result<void> check_method_throttles(const json::Object& throttles,
                                    const Installation& installation) {
    const std::int64_t quota = installation.method_throttles_per_stage_max;
    if (std::ssize(throttles) > quota) {
        return limit_exceeded("Maximum number of method throttles of a stage in a Usage Plan is " +
                              std::to_string(quota));
    }
    for (const auto& [path, throttle] : throttles) {
        if (!is_method_path(path)) return invalid("Invalid method throttle path: " + path);
        if (auto checked = check_throttle(throttle); !checked) return checked;
    }
    return {};
}

void rate_as_double(json::Value& throttle) {
    if (const auto rate = throttle.number("rateLimit")) throttle["rateLimit"] = *rate;
}

void drop_empty_block(json::Value& owner, std::string_view name) {
    if (owner.find(name) != nullptr && owner.object(name).empty()) owner.as_object().erase(name);
}

std::string stage_label(const json::Value& stage) {
    return std::string(stage.text("apiId")) + ":" + std::string(stage.text("stage"));
}

Error one_plan_per_stage(std::string_view plan_id, std::string_view key_id,
                         const json::Value& stage) {
    return conflict(
        "Usage plan " + std::string(plan_id) + " cannot be added because API Key " +
        std::string(key_id) +
        " cannot reference multiple usage plans with the same API stage: " + stage_label(stage));
}

}  // namespace

bool is_same_plan_stage(const json::Value& a, const json::Value& b) {
    return a.text("apiId") == b.text("apiId") && a.text("stage") == b.text("stage");
}

json::Value* find_plan_stage(json::Value& plan, const json::Value& stage) {
    for (json::Value& held : plan["apiStages"].as_array()) {
        if (is_same_plan_stage(held, stage)) return &held;
    }
    return nullptr;
}

Result<void> check_plan_stage(Transaction& transaction, std::string_view plan_id,
                              const json::Value& stage) {
    const std::string api_id(stage.text("apiId"));
    const std::string name(stage.text("stage"));
    if (api_id.empty() || name.empty()) return invalid("Invalid API Stage specified");
    if (transaction.exists(Table::Stages, {api_id, name})) return {};
    return not_found("Invalid API Stage {api: " + api_id + ", stage: " + name +
                     "} specified for usageplan " + std::string(plan_id));
}

Result<void> check_plan(const json::Value& plan, const Installation& installation) {
    const std::string_view name = plan.text("name");
    if (trim(name).empty()) return invalid("Usage Plan name cannot be blank");
    if (name.size() > kPlanNameMax) {
        return invalid("Invalid Usage Plan name, can be at most 1024 characters.");
    }
    if (const json::Value* throttle = plan.find("throttle")) {
        if (auto checked = check_throttle(*throttle); !checked) return checked;
    }
    if (const json::Value* quota = plan.find("quota")) {
        if (auto checked = check_quota(*quota); !checked) return checked;
    }
    if (plan.array("apiStages").size() > snapshot::limits::kPlanStagesMax) {
        return limit_exceeded("Maximum number of API Stages for this Usage Plan has been reached");
    }
    if (auto checked = check_document_size(plan, kPlanBytesMax); !checked) return checked;
    for (const json::Value& stage : plan.array("apiStages")) {
        if (auto checked = check_method_throttles(stage.object("throttle"), installation);
            !checked) {
            return checked;
        }
    }
    return {};
}

void normalise_plan(json::Value& plan) {
    drop_empty_block(plan, "throttle");
    drop_empty_block(plan, "quota");
    if (plan.find("throttle") != nullptr) rate_as_double(plan["throttle"]);
    if (plan.find("quota") != nullptr && !plan["quota"].integer("offset")) {
        plan["quota"]["offset"] = 0;
    }
    for (json::Value& stage : plan["apiStages"].as_array()) {
        drop_empty_block(stage, "throttle");
        if (stage.find("throttle") == nullptr) continue;
        for (auto& entry : stage["throttle"].as_object()) rate_as_double(entry.second);
    }
}

Result<void> check_key_joins(Transaction& transaction, const json::Value& plan,
                             std::string_view key_id) {
    std::set<std::string> labels;
    for (const json::Value& stage : plan.array("apiStages")) labels.insert(stage_label(stage));
    for (const std::string& other_id : transaction.plans_of_key(key_id)) {
        const auto other = transaction.find(Table::UsagePlans, {"", other_id});
        if (!other) continue;
        for (const json::Value& stage : other->array("apiStages")) {
            if (labels.contains(stage_label(stage))) {
                return one_plan_per_stage(plan.text("id"), key_id, stage);
            }
        }
    }
    return {};
}

Result<void> check_stage_joins(Transaction& transaction, const json::Value& plan,
                               const json::Value& stage) {
    const std::string plan_id(plan.text("id"));
    for (const std::string& other :
         transaction.plans_with_stage(stage.text("apiId"), stage.text("stage"))) {
        if (other == plan_id) continue;
        if (const auto key_id = transaction.key_of_both_plans(plan_id, other)) {
            return one_plan_per_stage(plan_id, *key_id, stage);
        }
    }
    return {};
}

}  // namespace turnpike::service
