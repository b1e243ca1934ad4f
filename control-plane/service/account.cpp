#include <array>

#include "control-plane/service/arn.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

constexpr std::string_view kUsagePlansFeature = "UsagePlans";

/// The row holds what can be changed; everything else is how the installation runs.
json::Value shown(const json::Value& stored, const Installation& installation) {
    json::Value account = json::Object{
        {"throttleSettings", json::Object{{"burstLimit", installation.account_burst_limit},
                                          {"rateLimit", shown_account_rate(installation)}}},
        {"features", json::Array{kUsagePlansFeature}},
        {"apiKeyVersion", "4"},
    };
    const std::string_view role = stored.text("cloudwatchRoleArn");
    if (!role.empty()) account["cloudwatchRoleArn"] = role;
    return account;
}

json::Value stored_account(Transaction& transaction) {
    return transaction.find(Table::Accounts, {"", "account"}).value_or(json::Object{});
}

Result<void> patch_role(PatchTarget& target, const PatchOperation& operation) {
    if (!operation.value_text().empty() && !looks_like_arn(operation.value_text())) {
        return invalid("The role ARN is not well formed");
    }
    return patch_text(target, operation);
}

Result<void> patch_features(PatchTarget&, const PatchOperation& operation) {
    if (operation.value_text() != kUsagePlansFeature) {
        return invalid("Invalid feature specified. Valid options are UsagePlans");
    }
    if (operation.verb == kRemove) return invalid("Usage Plans cannot be disabled once enabled");
    return {};
}

constexpr std::array<PatchRule, 2> kRules{
    {{"/cloudwatchRoleArn", kReplace, patch_role}, {"/features", kAddRemove, patch_features}}};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    const bool is_list = operation.verb == kAdd || operation.verb == kRemove;
    const std::string_view paths = operation.verb == kReplace ? "/cloudwatchRoleArn"
                                   : is_list                  ? "/features"
                                                              : "";
    return refuse_with_list(operation, paths);
}

Result<json::Value> get_account(Transaction& transaction, const Call& call) {
    return shown(stored_account(transaction), call.installation);
}

Result<json::Value> update_account(Transaction& transaction, const Call& call) {
    transaction.lock(Table::Accounts, "account");
    const json::Value before = stored_account(transaction);
    auto after = patched({kRules, refuse}, before, transaction, call);
    if (!after) return after.error();
    if (!(*after == before)) {
        const Key key{"", "account"};
        if (!transaction.update(Table::Accounts, key, *after)) {
            transaction.insert(Table::Accounts, key, *after);
        }
    }
    return shown(*after, call.installation);
}

constexpr std::array<Binding, 2> kBindings{
    {{"GetAccount", get_account, Access::ReadRow}, {"UpdateAccount", update_account}}};

}  // namespace

std::span<const Binding> account_bindings() { return kBindings; }

}  // namespace turnpike::service
