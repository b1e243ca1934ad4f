#include "control-plane/service/quota_period.hpp"

#include <algorithm>

namespace turnpike::service {

std::optional<Quota> quota_of(const json::Value& plan) {
    const json::Value* held = plan.find("quota");
    if (held == nullptr) return std::nullopt;
    const auto period = limits::parse_quota_period(held->text("period"));
    if (!period) return std::nullopt;
    Quota quota;
    quota.limit = held->integer("limit").value_or(0);
    quota.offset = held->integer("offset").value_or(0);
    quota.period = *period;
    quota.since = WallTime(Seconds(plan.integer("quotaSince").value_or(0)));
    return quota;
}

void date_quota(const json::Value& before, WallTime now, json::Value& plan) {
    if (plan.find("quota") == nullptr) {
        plan.as_object().erase("quotaSince");
        return;
    }
    const std::string_view period = plan.find("quota")->text("period");
    const json::Value* old = before.find("quota");
    if (old != nullptr && old->text("period") == period) return;
    plan["quotaSince"] = epoch_seconds(now);
}

std::int64_t quota_allowance(const Quota& quota, const QuotaWindow& window) {
    const bool is_first = window.start <= quota.since && quota.since < window.end;
    return std::max<std::int64_t>(quota.limit - (is_first ? quota.offset : 0), 0);
}

}  // namespace turnpike::service
