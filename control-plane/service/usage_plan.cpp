#include "control-plane/service/usage_plan.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "common/base/random.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/quota_period.hpp"
#include "control-plane/service/usage_plan_rules.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kPlanIdLength = 6;

json::Value new_plan(const Call& call) {
    json::Value plan = json::Object{{"id", random_id(kPlanIdLength)}};
    copy_members(call.input, {"name", "description", "throttle", "quota", "tags"}, plan);
    if (plan.text("description").empty()) plan.as_object().erase("description");
    json::Array stages;
    for (const json::Value& given : call.input.array("apiStages")) {
        json::Value& stage = stages.emplace_back(json::Object{});
        copy_members(given, {"apiId", "stage", "throttle"}, stage);
    }
    plan["apiStages"] = std::move(stages);
    normalise_plan(plan);
    date_quota({}, call.now, plan);
    return plan;
}

/// Without what the contract has no member for: since when there is the quota, and
/// usage_plan_limits.cpp.
json::Value shown(json::Value plan) {
    plan.as_object().erase("quotaSince");
    plan.as_object().erase("withoutRedis");
    return plan;
}

Result<void> check_stages_of_new(Transaction& transaction, const json::Value& plan) {
    std::set<std::pair<std::string_view, std::string_view>> named;
    for (const json::Value& stage : plan.array("apiStages")) {
        if (auto checked = check_plan_stage(transaction, plan.text("id"), stage); !checked) {
            return checked;
        }
        if (!named.emplace(stage.text("apiId"), stage.text("stage")).second) {
            return invalid("Invalid API Stage specified");
        }
    }
    return {};
}

Result<json::Value> create_usage_plan(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    json::Value plan = new_plan(call);
    if (auto checked = check_plan(plan, call.installation); !checked) return checked.error();
    if (auto checked = check_tags(plan.object("tags")); !checked) return checked.error();
    if (auto checked = check_stages_of_new(transaction, plan); !checked) return checked.error();
    const std::int64_t quota = call.installation.usage_plans_max;
    if (transaction.count(Table::UsagePlans, "", quota) >= quota) {
        return limit_exceeded("Maximum number of Usage Plans for this account has been reached");
    }
    const std::string id(plan.text("id"));
    if (!transaction.insert(Table::UsagePlans, {"", id}, plan)) {
        return internal_error("usage plan id taken: " + id);
    }
    transaction.emit({Effect::Kind::UsagePlan, id});
    return without_empty_tags(shown(std::move(plan)));
}

Result<json::Value> get_usage_plan(Transaction& transaction, const Call& call) {
    auto plan = find_usage_plan(transaction, call.input.text("usagePlanId"));
    if (!plan) return plan;
    return with_tags(shown(*std::move(plan)));
}

/// The plans of a key are few: they are sorted here, and the cursor is the last id.
Page plans_of(Transaction& transaction, std::string_view key_id, const PageRequest& request) {
    std::vector<std::string> ids = transaction.plans_of_key(key_id);
    std::sort(ids.begin(), ids.end());
    Page page;
    for (const std::string& id : ids) {
        if (id <= request.position) continue;
        if (std::ssize(page.items) == request.limit) {
            page.position = page.items.back().text("id");
            break;
        }
        if (auto plan = transaction.find(Table::UsagePlans, {"", id})) {
            page.items.push_back(*std::move(plan));
        }
    }
    return page;
}

Result<json::Value> get_usage_plans(Transaction& transaction, const Call& call) {
    const PageRequest request = page_request(call);
    const std::string_view key_id = call.input.text("keyId");
    Page page = key_id.empty() ? transaction.list(Table::UsagePlans, "", request)
                               : plans_of(transaction, key_id, request);
    for (json::Value& plan : page.items) plan = without_empty_tags(shown(std::move(plan)));
    return page_answer(std::move(page));
}

Result<json::Value> update_usage_plan(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    const std::string id(call.input.text("usagePlanId"));
    const auto before = find_usage_plan(transaction, id);
    if (!before) return before;
    auto after = patched_usage_plan(*before, transaction, call);
    if (!after) return after;
    date_quota(*before, call.now, *after);
    if (!(*after == *before)) {
        transaction.update(Table::UsagePlans, {"", id}, *after);
        transaction.emit({Effect::Kind::UsagePlan, id});
    }
    return with_tags(shown(*std::move(after)));
}

Result<json::Value> delete_usage_plan(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    const std::string id(call.input.text("usagePlanId"));
    const auto plan = find_usage_plan(transaction, id);
    if (!plan) return plan;
    if (const json::Array& stages = plan->array("apiStages"); !stages.empty()) {
        return invalid("Cannot delete Usage Plan " + id +
                       " because there are API Stages associated with it, including " +
                       std::string(stages.front().text("apiId")) + ":" +
                       std::string(stages.front().text("stage")));
    }
    // Published keys go on naming the plan; an id that no plan has grants nothing.
    transaction.erase_scope(Table::UsagePlanKeys, id);
    transaction.erase(Table::UsagePlans, {"", id});
    transaction.emit({Effect::Kind::UsagePlan, id});
    return json::Value(json::Object{});
}

constexpr std::array<Binding, 5> kBindings{{
    {"CreateUsagePlan", create_usage_plan},
    {"GetUsagePlan", get_usage_plan, Access::ReadRow},
    {"GetUsagePlans", get_usage_plans, Access::ReadRow},
    {"UpdateUsagePlan", update_usage_plan},
    {"DeleteUsagePlan", delete_usage_plan},
}};

}  // namespace

void lock_access(Transaction& transaction) { transaction.lock(Table::UsagePlans, ""); }

Result<json::Value> find_usage_plan(Transaction& transaction, std::string_view plan_id) {
    auto plan = transaction.find(Table::UsagePlans, {"", std::string(plan_id)});
    if (!plan) return not_found("Invalid Usage Plan ID specified");
    return *std::move(plan);
}

void drop_stage_from_plans(Transaction& transaction, std::string_view api_id,
                           std::string_view stage_name) {
    lock_access(transaction);
    const json::Value stage = json::Object{{"apiId", api_id}, {"stage", stage_name}};
    for (const std::string& id : transaction.plans_with_stage(api_id, stage_name)) {
        auto plan = transaction.find(Table::UsagePlans, {"", id});
        if (!plan) continue;
        std::erase_if((*plan)["apiStages"].as_array(),
                      [&](const json::Value& held) { return is_same_plan_stage(held, stage); });
        transaction.update(Table::UsagePlans, {"", id}, *plan);
        transaction.emit({Effect::Kind::UsagePlan, id});
    }
}

std::span<const Binding> usage_plan_bindings() { return kBindings; }

}  // namespace turnpike::service
