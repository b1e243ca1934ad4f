#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/client_certificate.hpp"
#include "control-plane/service/documentation_version.hpp"
#include "control-plane/service/method_settings.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/stage.hpp"

namespace turnpike::service {

namespace {

constexpr std::string_view kCanaryDeployment = "/canarySettings/deploymentId";
constexpr std::string_view kCanaryOverrides = "/canarySettings/stageVariableOverrides";

Error invalid_copy(const PatchOperation& operation) {
    return invalid("Invalid copy operation with path: " + operation.path.value_or("null") +
                   " and from " + (operation.from.empty() ? "null" : operation.from) +
                   ". Valid copy:path are [/deploymentId, /variables] and valid copy:from are "
                   "[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]");
}

/// The canary that is promoted by copying from `wanted`. Errors: Invalid.
Result<json::Value> promoted_canary(PatchTarget& target, const PatchOperation& operation,
                                    std::string_view wanted) {
    if (operation.from != wanted) return invalid_copy(operation);
    const json::Value* canary = target.document.find("canarySettings");
    if (canary == nullptr) return invalid("Promotion not available. Canary does not exist.");
    return *canary;
}

Result<void> check_deployment(PatchTarget& target, const PatchOperation& operation) {
    const std::string api_id(target.call.input.text("restApiId"));
    if (target.transaction.exists(Table::Deployments, {api_id, operation.value_text()})) return {};
    return invalid("Deployment id does not exist");
}

Result<void> patch_deployment(PatchTarget& target, const PatchOperation& operation) {
    if (operation.verb == kCopy) {
        const auto canary = promoted_canary(target, operation, kCanaryDeployment);
        if (!canary) return canary.error();
        target.document["deploymentId"] = canary->text("deploymentId");
        return {};
    }
    if (auto checked = check_deployment(target, operation); !checked) return checked;
    target.document["deploymentId"] = operation.value_text();
    return {};
}

/// Overrides of the canary join the variables; the others stay.
Result<void> copy_overrides(PatchTarget& target, const PatchOperation& operation) {
    const auto canary = promoted_canary(target, operation, kCanaryOverrides);
    if (!canary) return canary.error();
    for (const auto& [name, value] : canary->object("stageVariableOverrides")) {
        target.document["variables"][name] = value;
    }
    return {};
}

/// An absent value is kept as null, which the check of the finished stage refuses.
Result<void> patch_variable(PatchTarget& target, const PatchOperation& operation) {
    json::Value& variables = patch_parent(target.document, operation);
    if (operation.verb == kRemove) {
        variables.as_object().erase(operation.segments.back());
    } else {
        variables[operation.segments.back()] =
            operation.value ? json::Value(*operation.value) : json::Value();
    }
    return {};
}

Result<void> patch_access_log(PatchTarget& target, const PatchOperation& operation) {
    if (operation.value_text().empty()) return invalid("Access Log value must not be empty");
    return patch_text(target, operation);
}

Result<void> remove_member(PatchTarget& target, const PatchOperation& operation) {
    target.document.as_object().erase(operation.segments.back());
    return {};
}

json::Value& canary_of(PatchTarget& target) {
    json::Value& canary = target.document["canarySettings"];
    if (!canary.is_object()) canary = new_canary(target.document.text("deploymentId"));
    return canary;
}

Result<void> patch_canary_deployment(PatchTarget& target, const PatchOperation& operation) {
    if (auto checked = check_deployment(target, operation); !checked) return checked;
    canary_of(target)["deploymentId"] = operation.value_text();
    return {};
}

Result<void> patch_canary_percent(PatchTarget& target, const PatchOperation& operation) {
    const auto percent = parse_number(operation.value_text());
    if (!percent) return invalid("Canary percentTraffic must be between 0.0 and 100.0");
    canary_of(target)["percentTraffic"] = *percent;
    return {};
}

Result<void> patch_canary_cache(PatchTarget& target, const PatchOperation& operation) {
    canary_of(target)["useStageCache"] = operation.value_flag();
    return {};
}

Result<void> patch_canary_override(PatchTarget& target, const PatchOperation& operation) {
    if (operation.verb == kRemove && target.document.find("canarySettings") == nullptr) return {};
    canary_of(target);
    return patch_variable(target, operation);
}

Result<void> patch_documentation_version(PatchTarget& target, const PatchOperation& operation) {
    const std::string api_id(target.call.input.text("restApiId"));
    if (auto checked =
            check_documentation_version(target.transaction, api_id, operation.value_text());
        !checked) {
        return checked;
    }
    return patch_text(target, operation);
}

Result<void> patch_client_certificate(PatchTarget& target, const PatchOperation& operation) {
    const std::string id = operation.value_text();
    if (!id.empty()) {
        lock_client_certificates(target.transaction);
        if (!target.transaction.exists(Table::ClientCertificates, {"", id})) {
            return invalid(client_certificate_not_found().message);
        }
    }
    return patch_text(target, operation);
}

Result<void> patch_method(PatchTarget& target, const PatchOperation& operation) {
    return operation.verb == kRemove ? remove_method_settings(target, operation)
                                     : patch_method_setting(target, operation);
}

constexpr std::array<PatchRule, 19> kRules{{
    {"/deploymentId", kReplace | kCopy, patch_deployment},
    {"/description", kReplace, patch_text},
    {"/documentationVersion", kReplace, patch_documentation_version},
    {"/clientCertificateId", kReplace, patch_client_certificate},
    {"/tracingEnabled", kReplace, patch_flag},
    {"/cacheClusterEnabled", kReplace, patch_flag},
    {"/cacheClusterSize", kReplace, patch_text},
    {"/variables", kCopy, copy_overrides},
    {"/variables/{}", kAddReplaceRemove, patch_variable},
    {"/accessLogSettings", kRemove, remove_member},
    {"/accessLogSettings/destinationArn", kAddReplace, patch_access_log},
    {"/accessLogSettings/format", kAddReplace, patch_access_log},
    {"/accessLogSettings/{...}", kUnsupported, nullptr},
    {"/canarySettings", kRemove, remove_member},
    {kCanaryDeployment, kReplace, patch_canary_deployment},
    {"/canarySettings/percentTraffic", kReplace, patch_canary_percent},
    {"/canarySettings/useStageCache", kReplace, patch_canary_cache},
    {"/canarySettings/stageVariableOverrides/{}", kReplace | kRemove, patch_canary_override},
    {"/{...}", kReplace | kRemove, patch_method},
}};

Error refuse(const PatchOperation& operation, const PatchRule* rule) {
    if (operation.op == "copy") return invalid_copy(operation);
    if (operation.op == "remove") return nothing_to_remove(operation);
    const std::string path = operation.path.value_or("null");
    if (operation.verb == kUnsupported) {
        return invalid("Invalid " + operation.op + " operation with path: " + path);
    }
    if (path == "/accessLogSettings" || path.starts_with("/accessLogSettings/")) {
        return invalid(
            "Invalid accessLogSettings path. Must be one of : "
            "[/accessLogSettings/destinationArn, /accessLogSettings/format]");
    }
    const bool is_known =
        rule != nullptr && rule->path != "/{...}" && (rule->verbs & kReplace) != 0;
    if (operation.verb == kAdd && is_known) {
        return invalid("Invalid add operation with path: " + path);
    }
    return unknown_stage_path(operation);
}

}  // namespace

Result<json::Value> patched_stage(const json::Value& stage, Transaction& transaction,
                                  const Call& call) {
    auto changed = patched({kRules, refuse}, stage, transaction, call);
    if (!changed) return changed;
    settle_stage(*changed);
    renew_changed_cache(call, stage, *changed);
    if (auto checked = check_stage(*changed, call.installation); !checked) return checked.error();
    return changed;
}

}  // namespace turnpike::service
