#include "control-plane/service/stage.hpp"

#include <array>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/documentation_version.hpp"
#include "control-plane/service/usage_plan.hpp"

namespace turnpike::service {

namespace {

/// A canary may run a deployment of its own; without one it is the stage's.
Result<void> check_canary_deployment(Transaction& transaction, const std::string& api_id,
                                     const json::Value& stage) {
    const json::Value* canary = stage.find("canarySettings");
    if (canary == nullptr) return {};
    if (transaction.exists(Table::Deployments,
                           {api_id, std::string(canary->text("deploymentId"))})) {
        return {};
    }
    return invalid("Deployment id does not exist");
}

json::Value requested_stage(const Call& call) {
    const std::string_view deployment_id = call.input.text("deploymentId");
    json::Value stage = new_stage(call, call.input.text("stageName"), deployment_id);
    if (const auto description = call.input.text("description"); !description.empty()) {
        stage["description"] = description;
    }
    if (const auto version = call.input.text("documentationVersion"); !version.empty()) {
        stage["documentationVersion"] = version;
    }
    take_stage_settings(call.input, stage);
    if (const json::Value* given = call.input.find("canarySettings");
        given != nullptr && given->is_object()) {
        json::Value& canary = stage["canarySettings"];
        canary = new_canary(deployment_id);
        take_canary_settings(*given, canary);
        const std::string_view own = given->text("deploymentId");
        if (!own.empty()) canary["deploymentId"] = own;
    }
    copy_members(call.input, {"tags"}, stage);
    settle_stage(stage);
    return stage;
}

Result<void> check_new(Transaction& transaction, const Call& call, const std::string& api_id,
                       const json::Value& stage) {
    const std::string name(stage.text("stageName"));
    if (auto checked = check_stage_name(name); !checked) return checked;
    if (!transaction.exists(Table::Deployments,
                            {api_id, std::string(stage.text("deploymentId"))})) {
        return not_found("Invalid Deployment identifier specified");
    }
    if (auto checked = check_stage(stage, call.installation); !checked) return checked;
    if (auto checked = check_canary_deployment(transaction, api_id, stage); !checked) {
        return checked;
    }
    if (auto checked =
            check_documentation_version(transaction, api_id, stage.text("documentationVersion"));
        !checked) {
        return checked;
    }
    if (auto checked = check_tags(stage.object("tags")); !checked) return checked;
    if (transaction.exists(Table::Stages, {api_id, name})) return conflict("Stage already exists");
    return check_stage_quota(transaction, call, api_id);
}

Result<json::Value> create_stage(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    json::Value stage = requested_stage(call);
    if (auto checked = check_new(transaction, call, api_id, stage); !checked) {
        return checked.error();
    }
    const std::string name(stage.text("stageName"));
    transaction.insert(Table::Stages, {api_id, name}, stage);
    publish_stage(transaction, api_id, name);
    return shown_stage(std::move(stage));
}

Result<json::Value> get_stage(Transaction& transaction, const Call& call) {
    auto stage =
        find_stage(transaction, call.input.text("restApiId"), call.input.text("stageName"));
    if (!stage) return stage;
    return shown_stage(*std::move(stage));
}

Result<json::Value> get_stages(Transaction& transaction, const Call& call) {
    std::vector<Row> rows = transaction.scan(Table::Stages, call.input.text("restApiId"));
    if (rows.empty()) {
        if (const auto api = find_rest_api(transaction, call); !api) return api;
    }
    const std::string_view deployment_id = call.input.text("deploymentId");
    json::Array stages;
    for (Row& row : rows) {
        if (!deployment_id.empty() && row.document.text("deploymentId") != deployment_id) continue;
        stages.push_back(shown_stage(std::move(row.document)));
    }
    return json::Value(json::Object{{"item", std::move(stages)}});
}

Result<json::Value> update_stage(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    const std::string name(call.input.text("stageName"));
    transaction.lock(Table::RestApis, api_id);
    const auto before = find_stage(transaction, api_id, name);
    if (!before) return before;
    auto after = patched_stage(*before, transaction, call);
    if (!after) return after;
    if (!call.input.array("patchOperations").empty()) {
        (*after)["lastUpdatedDate"] = created_date(call);
        transaction.update(Table::Stages, {api_id, name}, *after);
        publish_stage(transaction, api_id, name);
    }
    return shown_stage(*std::move(after));
}

Result<json::Value> delete_stage(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    const std::string name(call.input.text("stageName"));
    transaction.lock(Table::RestApis, api_id);
    if (const auto stage = find_stage(transaction, api_id, name); !stage) return stage;
    drop_stage_from_plans(transaction, api_id, name);
    transaction.erase(Table::Stages, {api_id, name});
    publish_stage(transaction, api_id, name);
    return json::Value(json::Object{});
}

constexpr std::array<Binding, 5> kBindings{{
    {"CreateStage", create_stage},
    {"GetStage", get_stage, Access::ReadRow},
    {"GetStages", get_stages, Access::ReadRow},
    {"UpdateStage", update_stage},
    {"DeleteStage", delete_stage},
}};

}  // namespace

Result<json::Value> find_stage(Transaction& transaction, std::string_view api_id,
                               std::string_view stage_name) {
    auto stage = transaction.find(Table::Stages, {std::string(api_id), std::string(stage_name)});
    if (!stage) return not_found("Invalid stage identifier specified");
    return *std::move(stage);
}

Result<void> check_stage_quota(Transaction& transaction, const Call& call,
                               std::string_view api_id) {
    const std::int64_t quota = call.installation.stages_per_api_max;
    if (transaction.count(Table::Stages, api_id, quota) < quota) return {};
    return limit_exceeded("Maximum number of stages for this API has been reached");
}

void publish_stage(Transaction& transaction, std::string_view api_id, std::string_view stage_name) {
    transaction.emit({Effect::Kind::Stage, std::string(api_id) + "/" + std::string(stage_name)});
}

std::span<const Binding> stage_bindings() { return kBindings; }

}  // namespace turnpike::service
