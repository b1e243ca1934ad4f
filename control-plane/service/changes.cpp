#include <array>
#include <map>
#include <set>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/deployment_document.hpp"
#include "control-plane/service/stage.hpp"

/// What a deployment would change, and the way back. Turnpike's own additions.
namespace turnpike::service {
namespace {

using MethodName = std::pair<std::string, std::string>;  // path, verb
using Methods = std::map<MethodName, const json::Value*>;

Methods methods_of(const json::Value& document) {
    Methods methods;
    for (const json::Value& resource : document.array("resources")) {
        for (const auto& [verb, method] : resource.object("resourceMethods")) {
            methods[{std::string(resource.text("path")), verb}] = &method;
        }
    }
    return methods;
}

json::Value named(const MethodName& name) {
    return json::Object{{"path", name.first}, {"httpMethod", name.second}};
}

/// Members of the documents that differ, beside the resources.
json::Array differing_settings(const json::Value& before, const json::Value& after) {
    json::Array names;
    for (const std::string_view name :
         {"restApi", "models", "authorizers", "requestValidators", "gatewayResponses"}) {
        const json::Value* const old = before.find(name);
        const json::Value* const now = after.find(name);
        const bool is_same = (old == nullptr || now == nullptr) ? old == now : *old == *now;
        if (!is_same) names.push_back(name);
    }
    return names;
}

json::Value compare(const json::Value& before, const json::Value& after) {
    const Methods old = methods_of(before);
    const Methods now = methods_of(after);
    json::Array added;
    json::Array removed;
    json::Array changed;
    for (const auto& [name, method] : now) {
        const auto same = old.find(name);
        if (same == old.end()) {
            added.push_back(named(name));
        } else if (!(*same->second == *method)) {
            changed.push_back(named(name));
        }
    }
    for (const auto& [name, method] : old) {
        if (!now.contains(name)) removed.push_back(named(name));
    }
    json::Array settings = differing_settings(before, after);
    const bool is_current = added.empty() && removed.empty() && changed.empty() && settings.empty();
    return json::Object{{"isCurrent", is_current},
                        {"added", std::move(added)},
                        {"removed", std::move(removed)},
                        {"changed", std::move(changed)},
                        {"settings", std::move(settings)}};
}

/// The document that the deployment froze.
Result<json::Value> frozen_document(Transaction& transaction, std::string_view api_id,
                                    std::string_view deployment_id) {
    const auto deployment =
        transaction.find(Table::Deployments, {std::string(api_id), std::string(deployment_id)});
    const auto bytes = deployment ? transaction.blob(deployment->text("snapshot")) : std::nullopt;
    if (!bytes) return internal_error("the stage's deployment is not there");
    return json::parse(*bytes, {.bytes_max = bytes->size() + 1});
}

Result<json::Value> get_changes(Transaction& transaction, const Call& call) {
    const auto rest_api = find_rest_api(transaction, call);
    if (!rest_api) return rest_api;
    if (call.input.text("stageName").empty()) return invalid("The parameter stage is required");
    const auto stage =
        find_stage(transaction, call.input.text("restApiId"), call.input.text("stageName"));
    if (!stage) return stage;
    const auto frozen =
        frozen_document(transaction, call.input.text("restApiId"), stage->text("deploymentId"));
    if (!frozen) return frozen;
    // Through text, as the frozen one went.
    const auto draft = json::parse(json::write(draft_document(transaction, *rest_api)));
    if (!draft) return draft;
    json::Value changes = compare(*frozen, *draft);
    copy_members(*stage, {"stageName", "deploymentId"}, changes);
    return changes;
}

/// The last deployment that was made before the stage's. Empty: there is none.
std::string earlier_deployment(Transaction& transaction, std::string_view api_id,
                               std::string_view current) {
    std::string earlier;
    for (const Row& row : transaction.scan(Table::Deployments, api_id)) {
        if (row.key.id == current) return earlier;
        earlier = row.key.id;
    }
    return {};
}

Result<json::Value> roll_back_stage(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    const std::string name(call.input.text("stageName"));
    transaction.lock(Table::RestApis, api_id);
    if (auto found = find_rest_api(transaction, call); !found) return found;
    auto stage = find_stage(transaction, api_id, name);
    if (!stage) return stage;
    const std::string current(stage->text("deploymentId"));
    std::string target(call.input.text("deploymentId"));
    if (target.empty()) target = earlier_deployment(transaction, api_id, current);
    if (target.empty()) return conflict("The stage has no earlier deployment");
    if (!transaction.exists(Table::Deployments, {api_id, target})) {
        return not_found("Invalid Deployment identifier specified");
    }
    (*stage)["deploymentId"] = target;
    (*stage)["lastUpdatedDate"] = created_date(call);
    transaction.update(Table::Stages, {api_id, name}, *stage);
    publish_stage(transaction, api_id, name);
    return json::Value(json::Object{
        {"stageName", name}, {"deploymentId", target}, {"previousDeploymentId", current}});
}

constexpr std::array<Binding, 2> kBindings{{
    {"GetChanges", get_changes, Access::Read, Binding::Contract::Turnpike},
    {"RollBackStage", roll_back_stage, Access::Write, Binding::Contract::Turnpike},
}};

}  // namespace

std::span<const Binding> change_bindings() { return kBindings; }

}  // namespace turnpike::service
