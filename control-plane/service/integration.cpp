#include <algorithm>
#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/integration_rules.hpp"
#include "control-plane/service/method.hpp"
#include "control-plane/service/vpc_link.hpp"

namespace turnpike::service {

namespace {

json::Value new_integration(const Call& call) {
    const json::Value& input = call.input;
    json::Value integration = json::Object{{"type", input.text("type")}};
    if (const std::string_view verb = input.text("integrationHttpMethod"); !verb.empty()) {
        integration["httpMethod"] = verb;
    }
    for (const std::string_view name :
         {"uri", "connectionType", "connectionId", "credentials", "passthroughBehavior",
          "contentHandling", "cacheNamespace", "responseTransferMode", "integrationTarget"}) {
        if (!input.text(name).empty()) integration[name] = input.text(name);
    }
    copy_members(input, {"requestParameters", "timeoutInMillis", "cacheKeyParameters", "tlsConfig"},
                 integration);
    integration["requestTemplates"] = settled_templates(input.object("requestTemplates"));
    complete_integration(integration, input.text("resourceId"), call.installation);
    return integration;
}

/// Replaces what was there, its responses included.
Result<json::Value> put_integration(Transaction& transaction, const Call& call) {
    auto method = lock_method(transaction, call);
    if (!method) return method;
    json::Value integration = new_integration(call);
    auto checked = check_integration(integration, *method, call.installation);
    if (checked) checked = check_vpc_link(transaction, integration);
    if (!checked) return checked.error();
    (*method)["methodIntegration"] = integration;
    return save_method(transaction, call, *method, std::move(integration));
}

Result<json::Value> integration_of(const Result<json::Value>& method) {
    if (!method) return method.error();
    const json::Value* integration = method->find("methodIntegration");
    if (integration == nullptr) return integration_not_found();
    return *integration;
}

Result<json::Value> get_integration(Transaction& transaction, const Call& call) {
    return integration_of(find_method(transaction, call));
}

Result<json::Value> delete_integration(Transaction& transaction, const Call& call) {
    auto method = lock_method(transaction, call);
    if (auto integration = integration_of(method); !integration) return integration;
    method->as_object().erase("methodIntegration");
    return save_method(transaction, call, *method, json::Object{});
}

/// A MOCK has no target to change.
Result<void> patch_target(PatchTarget& target, const PatchOperation& operation) {
    if (target.document.text("type") == "MOCK") return refuse_plainly(operation, nullptr);
    target.document[operation.segments.back()] = operation.value_text();
    return {};
}

Result<void> patch_timeout(PatchTarget& target, const PatchOperation& operation) {
    if (operation.value_text().empty()) return patch_text(target, operation);
    // What is no number is out of range as well.
    target.document["timeoutInMillis"] =
        static_cast<std::int64_t>(parse_integer(*operation.value).value_or(0));
    return {};
}

/// The parameter is the key in the path; a replacement is in the value.
Result<void> patch_cache_key(PatchTarget& target, const PatchOperation& operation) {
    json::Array& keys = target.document["cacheKeyParameters"].as_array();
    const json::Value key(operation.segments.back());
    const json::Value added =
        operation.verb == kReplace && operation.value ? json::Value(*operation.value) : key;
    std::erase(keys, key);
    if (operation.verb != kRemove) keys.push_back(added);
    return {};
}

constexpr std::array kRules{
    PatchRule{"/cacheKeyParameters/{}", kAddReplaceRemove, patch_cache_key},
    PatchRule{"/cacheNamespace", kReplace, patch_text},
    PatchRule{"/connectionId", kReplace, patch_text},
    PatchRule{"/connectionType", kReplace, patch_text},
    PatchRule{"/contentHandling", kReplace, patch_text},
    PatchRule{"/credentials", kReplace, patch_text},
    PatchRule{"/httpMethod", kReplace, patch_target},
    PatchRule{"/integrationTarget", kReplace, patch_text},
    PatchRule{"/passthroughBehavior", kReplace, patch_text},
    PatchRule{"/requestParameters/{}", kAddReplaceRemove, patch_parameter_text},
    PatchRule{"/requestTemplates/{}", kAddReplaceRemove, patch_template},
    PatchRule{"/responseTransferMode", kReplace, patch_text},
    PatchRule{"/timeoutInMillis", kReplace, patch_timeout},
    PatchRule{"/tlsConfig/insecureSkipVerification", kReplace, patch_flag},
    PatchRule{"/uri", kReplace, patch_target},
};

Result<json::Value> update_integration(Transaction& transaction, const Call& call) {
    auto method = lock_method(transaction, call);
    const auto before = integration_of(method);
    if (!before) return before;
    auto after = patched({kRules, refuse_plainly}, *before, transaction, call);
    if (!after) return after;
    complete_integration(*after, call.input.text("resourceId"), call.installation);
    auto checked = check_integration(*after, *method, call.installation);
    if (checked) checked = check_vpc_link(transaction, *after);
    if (!checked) return checked.error();
    (*method)["methodIntegration"] = *after;
    return save_method(transaction, call, *method, *std::move(after));
}

constexpr std::array kBindings{
    Binding{"PutIntegration", put_integration},
    Binding{"GetIntegration", get_integration, Access::ReadRow},
    Binding{"UpdateIntegration", update_integration},
    Binding{"DeleteIntegration", delete_integration},
};

}  // namespace

std::span<const Binding> integration_bindings() { return kBindings; }

}  // namespace turnpike::service
