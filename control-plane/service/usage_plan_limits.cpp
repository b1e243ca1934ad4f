#include <algorithm>
#include <array>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/usage_plan.hpp"

/// What holds for a plan's requests while Redis cannot tell. Turnpike's own addition
/// (docs/limits.md).
namespace turnpike::service {
namespace {

constexpr std::string_view kPolicy = "withoutRedis";
constexpr std::array<std::string_view, 3> kPolicies{"open", "closed", "local-share"};

/// Nothing: as workers are set up.
json::Value settings_of(const json::Value& plan) {
    json::Value settings = json::Object{};
    if (const json::Value* policy = plan.find(kPolicy)) settings[kPolicy] = *policy;
    return settings;
}

Result<json::Value> get_limits(Transaction& transaction, const Call& call) {
    const auto plan = find_usage_plan(transaction, call.input.text("usagePlanId"));
    if (!plan) return plan;
    return settings_of(*plan);
}

Result<json::Value> put_limits(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    const std::string id(call.input.text("usagePlanId"));
    auto plan = find_usage_plan(transaction, id);
    if (!plan) return plan;
    const json::Value* policy = call.input.find(kPolicy);
    if (policy == nullptr || policy->is_null()) {
        plan->as_object().erase(kPolicy);
    } else if (std::find(kPolicies.begin(), kPolicies.end(), call.input.text(kPolicy)) ==
               kPolicies.end()) {
        return invalid("withoutRedis must be open, closed or local-share");
    } else {
        (*plan)[kPolicy] = *policy;
    }
    transaction.update(Table::UsagePlans, {"", id}, *plan);
    transaction.emit({Effect::Kind::UsagePlan, id});
    return settings_of(*plan);
}

constexpr std::array<Binding, 2> kBindings{{
    {"GetUsagePlanLimits", get_limits, Access::ReadRow, Binding::Contract::Turnpike},
    {"PutUsagePlanLimits", put_limits, Access::Write, Binding::Contract::Turnpike},
}};

}  // namespace

std::span<const Binding> usage_plan_limits_bindings() { return kBindings; }

}  // namespace turnpike::service
