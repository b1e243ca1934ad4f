#include "control-plane/service/usage_plan_key.hpp"

#include <array>

#include "control-plane/service/api_key.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/usage_plan.hpp"
#include "control-plane/service/usage_plan_rules.hpp"

namespace turnpike::service {

namespace {

constexpr std::string_view kKeyType = "API_KEY";

json::Value shown(Transaction& transaction, json::Value entry) {
    entry["value"] = transaction.key_value(entry.text("id"));
    return entry;
}

Result<void> check_new(Transaction& transaction, const Call& call, const json::Value& plan,
                       const std::string& key_id) {
    if (transaction.exists(Table::UsagePlanKeys, {std::string(plan.text("id")), key_id})) {
        return conflict("Usage Plan Key already exists");
    }
    if (auto checked = check_key_joins(transaction, plan, key_id); !checked) return checked;
    const std::vector<std::string> plans = transaction.plans_of_key(key_id);
    if (std::ssize(plans) >= call.installation.plans_per_key_max) {
        return limit_exceeded("Maximum number of Usage Plans for this API Key has been reached");
    }
    return {};
}

Result<json::Value> create_usage_plan_key(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    const auto plan = find_usage_plan(transaction, call.input.text("usagePlanId"));
    if (!plan) return plan;
    if (call.input.text("keyType") != kKeyType) {
        return invalid("Invalid key type specified. Valid options are API_KEY");
    }
    const std::string key_id(call.input.text("keyId"));
    const auto key = find_api_key(transaction, key_id);
    if (!key) return key;
    auto entry = join_usage_plan(transaction, call, *plan, *key);
    if (!entry) return entry;
    return shown(transaction, *std::move(entry));
}

Result<json::Value> find_entry(Transaction& transaction, const Call& call) {
    const auto plan = find_usage_plan(transaction, call.input.text("usagePlanId"));
    if (!plan) return plan;
    auto entry = transaction.find(Table::UsagePlanKeys, {std::string(plan->text("id")),
                                                         std::string(call.input.text("keyId"))});
    if (!entry) return not_found("Invalid API Key identifier specified");
    return *std::move(entry);
}

Result<json::Value> get_usage_plan_key(Transaction& transaction, const Call& call) {
    auto entry = find_entry(transaction, call);
    if (!entry) return entry;
    return shown(transaction, *std::move(entry));
}

/// An unknown plan has no keys; the service does not refuse it.
Result<json::Value> get_usage_plan_keys(Transaction& transaction, const Call& call) {
    Filter filter;
    if (const auto name = call.input.text("nameQuery"); !name.empty()) filter.name_prefix = name;
    Page page = transaction.list(Table::UsagePlanKeys, call.input.text("usagePlanId"),
                                 page_request(call), filter);
    for (json::Value& entry : page.items) entry = shown(transaction, std::move(entry));
    return page_answer(std::move(page));
}

Result<json::Value> delete_usage_plan_key(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    const auto entry = find_entry(transaction, call);
    if (!entry) return entry;
    const std::string key_id(entry->text("id"));
    transaction.erase(Table::UsagePlanKeys, {std::string(call.input.text("usagePlanId")), key_id});
    transaction.emit({Effect::Kind::ApiKey, key_id});
    return json::Value(json::Object{});
}

constexpr std::array<Binding, 4> kBindings{{
    {"CreateUsagePlanKey", create_usage_plan_key},
    {"GetUsagePlanKey", get_usage_plan_key, Access::Read},
    {"GetUsagePlanKeys", get_usage_plan_keys, Access::Read},
    {"DeleteUsagePlanKey", delete_usage_plan_key},
}};

}  // namespace

Result<json::Value> join_usage_plan(Transaction& transaction, const Call& call,
                                    const json::Value& plan, const json::Value& key) {
    const std::string key_id(key.text("id"));
    if (auto checked = check_new(transaction, call, plan, key_id); !checked) {
        return checked.error();
    }
    json::Value entry = json::Object{{"id", key_id}, {"type", kKeyType}};
    copy_members(key, {"name"}, entry);
    transaction.insert(Table::UsagePlanKeys, {std::string(plan.text("id")), key_id}, entry);
    transaction.emit({Effect::Kind::ApiKey, key_id});
    return entry;
}

std::span<const Binding> usage_plan_key_bindings() { return kBindings; }

}  // namespace turnpike::service
