#include <algorithm>
#include <array>
#include <optional>

#include "common/base/random.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/deployment_document.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/stage.hpp"
#include "control-plane/service/vpc_link.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kDeploymentIdLength = 6;
constexpr std::size_t kDocumentBytesMax = std::size_t{128} * 1024;

/// What the contract has no place for.
json::Value shown(json::Value deployment) {
    deployment.as_object().erase("snapshot");
    deployment.as_object().erase("vpcLinks");
    return deployment;
}

Result<json::Value> find_deployment(Transaction& transaction, const Call& call) {
    auto deployment = transaction.find(
        Table::Deployments,
        {std::string(call.input.text("restApiId")), std::string(call.input.text("deploymentId"))});
    if (!deployment) return not_found("Invalid Deployment identifier specified");
    return *std::move(deployment);
}

const json::Value* object_member(const json::Value& input, std::string_view name) {
    const json::Value* member = input.find(name);
    return member != nullptr && member->is_object() ? member : nullptr;
}

/// What a deployment does to a stage.
struct StageChange {
    json::Value stage;
    bool is_new = false;
};

Result<void> check_canary_target(const Call& call, bool stage_exists) {
    constexpr std::string_view kStart = "Invalid deployment content specified.";
    const json::Value* name = call.input.find("stageName");
    const std::string given = name != nullptr && name->is_string() ? name->as_string() : "null";
    if (given.empty() || name == nullptr || !name->is_string()) {
        return invalid(std::string(kStart) +
                       "Non null and non empty stageName must be provided for canary deployment. "
                       "Provided value is " +
                       given);
    }
    if (stage_exists) return {};
    return invalid(std::string(kStart) + "Stage " + given +
                   " must already be created before making a canary release deployment");
}

/// The new deployment goes to the canary if the request speaks of one or the stage has one.
void point_stage(const Call& call, const std::string& deployment_id, json::Value& stage) {
    const json::Value before = stage;
    const json::Value* given = object_member(call.input, "canarySettings");
    if (given != nullptr) {
        stage["canarySettings"] = new_canary(deployment_id);
        take_canary_settings(*given, stage["canarySettings"]);
    } else if (stage.find("canarySettings") != nullptr) {
        stage["canarySettings"]["deploymentId"] = deployment_id;
    } else {
        stage["deploymentId"] = deployment_id;
    }
    if (const auto text = call.input.text("stageDescription"); !text.empty()) {
        stage["description"] = text;
    }
    take_stage_settings(call.input, stage);
    stage["lastUpdatedDate"] = created_date(call);
    settle_stage(stage);
    renew_changed_cache(call, before, stage);
}

/// Returns: nothing if the request names no stage.
Result<std::optional<StageChange>> stage_change(Transaction& transaction, const Call& call,
                                                const std::string& deployment_id) {
    const std::string api_id(call.input.text("restApiId"));
    const std::string name(call.input.text("stageName"));
    auto existing = transaction.find(Table::Stages, {api_id, name});
    if (object_member(call.input, "canarySettings") != nullptr) {
        if (auto checked = check_canary_target(call, existing.has_value()); !checked) {
            return checked.error();
        }
    }
    if (name.empty()) return std::optional<StageChange>();
    StageChange change;
    change.is_new = !existing;
    if (change.is_new) {
        if (auto checked = check_stage_name(name); !checked) return checked.error();
        if (auto checked = check_stage_quota(transaction, call, api_id); !checked) {
            return checked.error();
        }
        change.stage = new_stage(call, name, deployment_id);
    } else {
        change.stage = *std::move(existing);
    }
    point_stage(call, deployment_id, change.stage);
    if (auto checked = check_stage(change.stage, call.installation); !checked)
        return checked.error();
    return std::optional<StageChange>(std::move(change));
}

void keep_stage(Transaction& transaction, const std::string& api_id, const StageChange& change) {
    const Key key{api_id, std::string(change.stage.text("stageName"))};
    if (change.is_new) {
        transaction.insert(Table::Stages, key, change.stage);
    } else {
        transaction.update(Table::Stages, key, change.stage);
    }
    publish_stage(transaction, api_id, key.id);
}

Result<json::Value> create_deployment(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    const auto api = find_rest_api(transaction, call);
    if (!api) return api;
    const std::string id = random_id(kDeploymentIdLength);
    const auto change = stage_change(transaction, call, id);
    if (!change) return change.error();
    const auto document = deployment_document(transaction, *api);
    if (!document) return document.error();

    json::Value deployment = json::Object{{"id", id}};
    if (const auto text = call.input.text("description"); !text.empty()) {
        deployment["description"] = text;
    }
    if (auto checked = check_document_size(deployment, kDocumentBytesMax); !checked) {
        return checked.error();
    }
    deployment["createdDate"] = created_date(call);
    deployment["snapshot"] = transaction.put_blob(*document);
    if (json::Object links = vpc_links_of(*document); !links.empty()) {
        deployment["vpcLinks"] = std::move(links);
    }
    if (!transaction.insert(Table::Deployments, {api_id, id}, deployment)) {
        return internal_error("deployment id taken: " + id);
    }
    if (*change) keep_stage(transaction, api_id, **change);
    return shown(std::move(deployment));
}

bool wants_summary(const Call& call) {
    const json::Array& embed = call.input.array("embed");
    return std::find(embed.begin(), embed.end(), json::Value("apisummary")) != embed.end();
}

Result<json::Value> get_deployment(Transaction& transaction, const Call& call) {
    auto deployment = find_deployment(transaction, call);
    if (!deployment) return deployment;
    if (wants_summary(call)) {
        const auto document = transaction.blob(deployment->text("snapshot"));
        (*deployment)["apiSummary"] = api_summary(document.value_or("{}"));
    }
    return shown(*std::move(deployment));
}

Result<json::Value> get_deployments(Transaction& transaction, const Call& call) {
    auto page = list_of_rest_api(transaction, call, Table::Deployments);
    if (!page) return page.error();
    for (json::Value& deployment : page->items) deployment = shown(std::move(deployment));
    return page_answer(*std::move(page));
}

constexpr std::array<PatchRule, 1> kRules{{{"/description", kReplace, patch_text}}};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/description" : "");
}

Result<json::Value> update_deployment(Transaction& transaction, const Call& call) {
    const Key key{std::string(call.input.text("restApiId")),
                  std::string(call.input.text("deploymentId"))};
    transaction.lock(Table::RestApis, key.scope);
    const auto before = find_deployment(transaction, call);
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after) return after;
    if (auto checked = check_document_size(*after, kDocumentBytesMax); !checked) {
        return checked.error();
    }
    if (!(*after == *before)) transaction.update(Table::Deployments, key, *after);
    return shown(*std::move(after));
}

Result<json::Value> delete_deployment(Transaction& transaction, const Call& call) {
    const Key key{std::string(call.input.text("restApiId")),
                  std::string(call.input.text("deploymentId"))};
    transaction.lock(Table::RestApis, key.scope);
    if (const auto deployment = find_deployment(transaction, call); !deployment) return deployment;
    for (const Row& row : transaction.scan(Table::Stages, key.scope)) {
        const json::Value* canary = row.document.find("canarySettings");
        if (row.document.text("deploymentId") == key.id ||
            (canary != nullptr && canary->text("deploymentId") == key.id)) {
            return invalid("Active stages pointing to this deployment must be moved or deleted");
        }
    }
    transaction.erase(Table::Deployments, key);
    return json::Value(json::Object{});
}

constexpr std::array<Binding, 5> kBindings{{
    {"CreateDeployment", create_deployment},
    {"GetDeployment", get_deployment, Access::ReadRow},
    {"GetDeployments", get_deployments, Access::ReadRow},
    {"UpdateDeployment", update_deployment},
    {"DeleteDeployment", delete_deployment},
}};

}  // namespace

std::span<const Binding> deployment_bindings() { return kBindings; }

}  // namespace turnpike::service
