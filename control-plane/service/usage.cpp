#include <array>
#include <limits>
#include <map>

#include "common/base/text.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/usage_plan.hpp"
#include "control-plane/service/usage_report.hpp"

namespace turnpike::service {

namespace {

constexpr std::chrono::days kRangeMax{90};

Result<ReportRange> report_range(const Call& call) {
    const auto first = parse_day(call.input.text("startDate"));
    const auto last = parse_day(call.input.text("endDate"));
    if (!first) return invalid("Invalid start date specified. Must be of the form YYYY-MM-DD");
    if (!last) return invalid("Invalid end date specified. Must be of the form YYYY-MM-DD");
    if (*last < *first) return invalid("End date must not be before start date");
    if (*last - *first > kRangeMax) {
        return invalid("The range from start date to end date must not exceed 90 days");
    }
    return ReportRange{*first, *last};
}

using UsageByKey = std::map<std::string, KeyUsage>;

/// Every one of the keys has an entry.
UsageByKey usage_of_keys(Transaction& transaction, const json::Value& plan,
                         const std::vector<std::string>& key_ids, const ReportRange& range) {
    const CalendarDay first = first_counted_day(quota_of(plan), range.first);
    UsageByKey usage;
    for (const std::string& id : key_ids) usage[id];
    for (UsageDay& day : transaction.usage(plan.text("id"), key_ids, first, range.last)) {
        usage[day.key_id].days.push_back(std::move(day));
    }
    for (UsageExtension& one : transaction.usage_extensions(plan.text("id"), key_ids, first)) {
        usage[one.key_id].extensions.push_back(std::move(one));
    }
    return usage;
}

json::Value report_of(const Call& call, const json::Value& plan, const UsageByKey& usage,
                      const std::vector<std::string>& key_ids, const ReportRange& range) {
    json::Object items;
    for (const std::string& id : key_ids) {
        items.set(id, usage_report(quota_of(plan), usage.at(id), range, call.now));
    }
    return json::Object{{"usagePlanId", plan.text("id")},
                        {"startDate", day_text(range.first)},
                        {"endDate", day_text(range.last)},
                        {"items", std::move(items)}};
}

Result<void> check_key_of_plan(Transaction& transaction, const json::Value& plan,
                               const std::string& key_id) {
    if (transaction.exists(Table::UsagePlanKeys, {std::string(plan.text("id")), key_id})) return {};
    return not_found("Invalid API Key identifier specified");
}

Result<json::Value> get_usage(Transaction& transaction, const Call& call) {
    const auto plan = find_usage_plan(transaction, call.input.text("usagePlanId"));
    if (!plan) return plan;
    const auto range = report_range(call);
    if (!range) return range.error();
    std::vector<std::string> key_ids;
    std::optional<std::string> position;
    if (const std::string key_id(call.input.text("keyId")); !key_id.empty()) {
        if (auto checked = check_key_of_plan(transaction, *plan, key_id); !checked) {
            return checked.error();
        }
        key_ids.push_back(key_id);
    } else {
        Page page =
            transaction.list(Table::UsagePlanKeys, plan->text("id"), page_request(call), {});
        for (const json::Value& key : page.items) key_ids.emplace_back(key.text("id"));
        position = std::move(page.position);
    }
    const UsageByKey usage = usage_of_keys(transaction, *plan, key_ids, *range);
    json::Value report = report_of(call, *plan, usage, key_ids, *range);
    if (position) report["position"] = *std::move(position);
    return report;
}

Result<void> patch_remaining(PatchTarget& target, const PatchOperation& operation) {
    const auto number = parse_integer(operation.value_text());
    if (!number || *number < 0 || *number > std::numeric_limits<std::int32_t>::max()) {
        return invalid("Remaining quota must be an integer between 0 and 2147483647");
    }
    target.document["remaining"] = std::int64_t{*number};
    return {};
}

constexpr std::array<PatchRule, 1> kRules{{{"/remaining", kReplace, patch_remaining}}};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/remaining" : "");
}

/// With what workers know already that the database does not: so much remains from now on, not
/// from a moment ago on.
KeyUsage with_live_usage(const Call& call, const json::Value& plan, const Quota& quota,
                         const std::string& key_id, KeyUsage stored) {
    if (call.live_usage == nullptr) return stored;
    const WallTime start = quota_window(quota.period, call.now).start;
    const auto used = call.live_usage->used(plan.text("id"), key_id, start);
    if (!used) return stored;
    return with_used_at_least(quota, std::move(stored), *used, call.now);
}

/// The extension with which so much remains now.
UsageExtension extension_for(const Quota& quota, const KeyUsage& usage, const std::string& key_id,
                             std::int64_t remaining, WallTime now) {
    const QuotaWindow window = quota_window(quota.period, now);
    const std::int64_t used = used_in_window(quota, usage.days, now);
    return {key_id, window.start, remaining + used - quota_allowance(quota, window), now};
}

Result<json::Value> update_usage(Transaction& transaction, const Call& call) {
    lock_access(transaction);
    const auto plan = find_usage_plan(transaction, call.input.text("usagePlanId"));
    if (!plan) return plan;
    const std::string key_id(call.input.text("keyId"));
    if (auto checked = check_key_of_plan(transaction, *plan, key_id); !checked) {
        return checked.error();
    }
    const auto asked = patched({kRules, refuse}, json::Object{}, transaction, call);
    if (!asked) return asked;
    const std::vector<std::string> key_ids{key_id};
    const ReportRange today{day_of(call.now), day_of(call.now)};
    UsageByKey usage = usage_of_keys(transaction, *plan, key_ids, today);
    if (const auto remaining = asked->integer("remaining")) {
        const auto quota = quota_of(*plan);
        if (!quota) {
            return invalid("Usage Plan " + std::string(plan->text("id")) + " has no quota");
        }
        usage[key_id] = with_live_usage(call, *plan, *quota, key_id, std::move(usage[key_id]));
        const UsageExtension extension =
            extension_for(*quota, usage[key_id], key_id, *remaining, call.now);
        transaction.put_usage_extension(plan->text("id"), extension);
        transaction.emit({Effect::Kind::ApiKey, key_id});
        usage[key_id].extensions = {extension};
    }
    return report_of(call, *plan, usage, key_ids, today);
}

constexpr std::array<Binding, 2> kBindings{
    {{"GetUsage", get_usage, Access::Read}, {"UpdateUsage", update_usage}}};

}  // namespace

std::span<const Binding> usage_bindings() { return kBindings; }

}  // namespace turnpike::service
