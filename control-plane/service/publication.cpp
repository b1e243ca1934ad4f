#include "control-plane/service/publication.hpp"

#include <algorithm>
#include <string>

#include "control-plane/service/conventions.hpp"

namespace turnpike::service {

namespace {

/// Tags change without telling the workers.
json::Value without_tags(json::Value document) {
    document.as_object().erase("tags");
    return document;
}

std::string snapshot_of(Transaction& transaction, const std::string& api_id,
                        std::string_view deployment_id) {
    const auto deployment =
        transaction.find(Table::Deployments, {api_id, std::string(deployment_id)});
    return deployment ? std::string(deployment->text("snapshot")) : std::string();
}

}  // namespace

std::optional<json::Value> stage_record(Transaction& transaction, std::string_view api_id,
                                        std::string_view stage_name) {
    const std::string id(api_id);
    const auto api = transaction.find(Table::RestApis, {"", id});
    auto stage = transaction.find(Table::Stages, {id, std::string(stage_name)});
    if (!api || !stage) return std::nullopt;
    const std::string snapshot = snapshot_of(transaction, id, stage->text("deploymentId"));
    if (snapshot.empty()) return std::nullopt;
    json::Value record = without_tags(*std::move(stage));
    record["apiId"] = id;
    record["apiName"] = api->text("name");
    record["disableExecuteApiEndpoint"] = api->flag("disableExecuteApiEndpoint");
    record["snapshot"] = snapshot;
    const json::Value* canary = record.find("canarySettings");
    if (canary != nullptr && canary->text("deploymentId") != record.text("deploymentId")) {
        record["canarySnapshot"] = snapshot_of(transaction, id, canary->text("deploymentId"));
    }
    return record;
}

std::optional<json::Value> plan_record(Transaction& transaction, std::string_view plan_id) {
    auto plan = transaction.find(Table::UsagePlans, {"", std::string(plan_id)});
    if (!plan) return std::nullopt;
    return without_tags(*std::move(plan));
}

std::optional<json::Value> key_record(Transaction& transaction, std::string_view key_id) {
    const auto key = transaction.find(Table::ApiKeys, {"", std::string(key_id)});
    if (!key) return std::nullopt;
    json::Value record = json::Object{};
    copy_members(*key, {"id", "enabled", "name", "customerId"}, record);
    std::vector<std::string> plans = transaction.plans_of_key(key_id);
    std::sort(plans.begin(), plans.end());
    record["plans"] = json::Array(plans.begin(), plans.end());
    return record;
}

}  // namespace turnpike::service
