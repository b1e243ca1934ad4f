#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/usage_plan_rules.hpp"

namespace turnpike::service {

namespace {

/// "a1b2c3d4e5:prod" as an entry of apiStages. Errors: Invalid.
Result<json::Value> plan_stage(std::string_view label) {
    const std::size_t colon = label.find(':');
    if (colon == 0 || colon == std::string_view::npos || colon + 1 == label.size() ||
        label.find(':', colon + 1) != std::string_view::npos) {
        return invalid("Invalid API Stage specified");
    }
    return json::Value(
        json::Object{{"apiId", label.substr(0, colon)}, {"stage", label.substr(colon + 1)}});
}

Result<void> patch_name(PatchTarget& target, const PatchOperation& operation) {
    target.document["name"] = operation.value_text();
    return {};
}

Error not_in_plan(const json::Value& plan, const json::Value& stage) {
    return not_found("Invalid API Stage {api: " + std::string(stage.text("apiId")) +
                     ", stage: " + std::string(stage.text("stage")) + "} specified for usageplan " +
                     std::string(plan.text("id")));
}

Result<void> remove_stage(json::Value& plan, const json::Value& stage) {
    const auto removed = std::erase_if(plan["apiStages"].as_array(), [&](const json::Value& held) {
        return is_same_plan_stage(held, stage);
    });
    if (removed == 0) return not_in_plan(plan, stage);
    return {};
}

Result<void> patch_stages(PatchTarget& target, const PatchOperation& operation) {
    auto stage = plan_stage(operation.value_text());
    if (!stage) return stage.error();
    json::Value& plan = target.document;
    if (operation.verb == kRemove) return remove_stage(plan, *stage);
    if (auto checked = check_plan_stage(target.transaction, plan.text("id"), *stage); !checked) {
        return checked;
    }
    if (find_plan_stage(plan, *stage) != nullptr) return {};
    if (auto checked = check_stage_joins(target.transaction, plan, *stage); !checked) {
        return checked;
    }
    plan["apiStages"].as_array().push_back(*std::move(stage));
    return {};
}

/// The plan's entry for the stage that the path names. Errors: Invalid, NotFound.
Result<json::Value*> addressed_stage(PatchTarget& target, const PatchOperation& operation) {
    const auto stage = plan_stage(operation.segments[1]);
    if (!stage) return stage.error();
    json::Value* held = find_plan_stage(target.document, *stage);
    if (held == nullptr) return not_in_plan(target.document, *stage);
    return held;
}

Error invalid_value(const PatchOperation& operation) {
    return invalid("Invalid patch value  '" + operation.value_text() + "' specified for op '" +
                   operation.op + "' on path '" + operation.path.value_or("null") + "'");
}

struct Limit {
    std::string_view name;
    bool is_integer;
};
constexpr std::array<Limit, 4> kLimits{
    {{"burstLimit", true}, {"rateLimit", false}, {"limit", true}, {"offset", true}}};

const Limit* limit_named(std::string_view name) {
    for (const Limit& limit : kLimits) {
        if (limit.name == name) return &limit;
    }
    return nullptr;
}

Result<json::Value> limit_value(const Limit& limit, const PatchOperation& operation) {
    const std::string text = operation.value_text();
    if (limit.is_integer) {
        if (const auto number = parse_integer(text)) return json::Value(std::int64_t{*number});
    } else if (const auto number = parse_number(text)) {
        return json::Value(*number);
    }
    return invalid_value(operation);
}

Result<void> patch_limit(PatchTarget& target, const PatchOperation& operation) {
    const Limit* limit = limit_named(operation.segments.back());
    auto value = limit_value(*limit, operation);
    if (!value) return value.error();
    patch_parent(target.document, operation)[limit->name] = *std::move(value);
    return {};
}

Result<void> patch_block(PatchTarget& target, const PatchOperation& operation) {
    target.document.as_object().erase(operation.segments.back());
    return {};
}

/// Only the limits of each entry are taken over. Errors: Invalid.
Result<json::Value> method_throttles(const PatchOperation& operation) {
    const auto sent = json::parse(operation.value_text());
    if (!sent || !sent->is_object()) return invalid_value(operation);
    json::Value throttles = json::Object{};
    for (const auto& [path, limits] : sent->as_object()) {
        json::Value throttle = json::Object{};
        for (const std::string_view name : {"burstLimit", "rateLimit"}) {
            const json::Value* value = limits.find(name);
            if (value == nullptr || value->is_null()) continue;
            const bool fits =
                limit_named(name)->is_integer ? value->is_integer() : value->is_number();
            if (!fits) return invalid_value(operation);
            throttle[name] = *value;
        }
        throttles.as_object().append(path, std::move(throttle));
    }
    return throttles;
}

Result<void> patch_method_throttles(PatchTarget& target, const PatchOperation& operation) {
    auto stage = addressed_stage(target, operation);
    if (!stage) return stage.error();
    if (operation.verb == kRemove) {
        (*stage)->as_object().erase("throttle");
        return {};
    }
    auto throttles = method_throttles(operation);
    if (!throttles) return throttles.error();
    (**stage)["throttle"] = *std::move(throttles);
    return {};
}

/// What follows ".../throttle/" joined again: clients send resource paths escaped and as they are,
/// so the path can only be read from its ends.
std::string method_path(const PatchOperation& operation, std::size_t segments_at_end) {
    constexpr std::size_t kSegmentsBefore = 3;
    std::vector<std::string> middle(
        operation.segments.begin() + kSegmentsBefore,
        operation.segments.end() - static_cast<std::ptrdiff_t>(segments_at_end));
    return join(middle, "/");
}

Error refuse(const PatchOperation& operation, const PatchRule* rule);

Result<void> patch_method_throttle(PatchTarget& target, const PatchOperation& operation) {
    const Limit* limit = limit_named(operation.segments.back());
    const bool is_removal = operation.verb == kRemove;
    if (!is_removal && (limit == nullptr || operation.segments.size() < 5)) {
        return refuse(operation, nullptr);
    }
    auto stage = addressed_stage(target, operation);
    if (!stage) return stage.error();
    if (is_removal) {
        const std::string path = method_path(operation, 0);
        if ((*stage)->object("throttle").find(path) == nullptr) return refuse(operation, nullptr);
        (**stage)["throttle"].as_object().erase(path);
        return {};
    }
    auto value = limit_value(*limit, operation);
    if (!value) return value.error();
    (**stage)["throttle"][method_path(operation, 1)][limit->name] = *std::move(value);
    return {};
}

constexpr std::array<PatchRule, 13> kRules{{
    {"/name", kReplace, patch_name},
    {"/description", kReplace, patch_text},
    {"/productCode", kAddReplaceRemove, patch_text},
    {"/apiStages", kAddRemove, patch_stages},
    {"/apiStages/{}/throttle", kAddReplaceRemove, patch_method_throttles},
    {"/apiStages/{}/throttle/{...}", kAddReplaceRemove, patch_method_throttle},
    {"/quota", kRemove, patch_block},
    {"/quota/limit", kAddReplace, patch_limit},
    {"/quota/offset", kAddReplace, patch_limit},
    {"/quota/period", kAddReplace, patch_text},
    {"/throttle", kRemove, patch_block},
    {"/throttle/rateLimit", kAddReplace, patch_limit},
    {"/throttle/burstLimit", kAddReplace, patch_limit},
}};

constexpr std::string_view kThrottlePaths =
    "/apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>, "
    "/apiStages/<apidId:stageName>/throttle";
constexpr std::string_view kLimitPaths =
    "/productCode, /quota/limit, /quota/offset, /quota/period, /throttle/rateLimit, "
    "/throttle/burstLimit, "
    "/apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>/rateLimit, "
    "/apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>/burstLimit, "
    "/apiStages/<apidId:stageName>/throttle";

Error refuse(const PatchOperation& operation, const PatchRule*) {
    std::string paths;
    if (operation.verb == kRemove) {
        paths = "/apiStages, /quota, /throttle, /productCode, " + std::string(kThrottlePaths);
    } else if (operation.verb == kReplace) {
        paths = "/name, /description, " + std::string(kLimitPaths);
    } else if (operation.verb == kAdd) {
        paths = "/apiStages, " + std::string(kLimitPaths);
    }
    return refuse_with_list(operation, paths);
}

}  // namespace

Result<json::Value> patched_usage_plan(const json::Value& plan, Transaction& transaction,
                                       const Call& call) {
    auto changed = patched({kRules, refuse}, plan, transaction, call);
    if (!changed) return changed;
    normalise_plan(*changed);
    if (auto checked = check_plan(*changed, call.installation); !checked) return checked.error();
    return changed;
}

}  // namespace turnpike::service
