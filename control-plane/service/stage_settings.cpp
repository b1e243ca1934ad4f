#include "control-plane/service/stage_settings.hpp"

#include "control-plane/service/conventions.hpp"
#include "control-plane/service/stage.hpp"

namespace turnpike::service {

Result<json::Value> get_stage_settings(Transaction& transaction, const Call& call,
                                       const StageSettings& settings) {
    const auto stage =
        find_stage(transaction, call.input.text("restApiId"), call.input.text("stageName"));
    if (!stage) return stage;
    const json::Value* held = stage->find(settings.member);
    return held == nullptr ? settings.off() : *held;
}

Result<json::Value> put_stage_settings(Transaction& transaction, const Call& call,
                                       const StageSettings& settings) {
    const Key key{std::string(call.input.text("restApiId")),
                  std::string(call.input.text("stageName"))};
    transaction.lock(Table::RestApis, key.scope);
    auto stage = find_stage(transaction, key.scope, key.id);
    if (!stage) return stage;
    auto requested = settings.requested(call.input);
    if (!requested) return requested;
    (*stage)[settings.member] = *requested;
    (*stage)["lastUpdatedDate"] = created_date(call);
    transaction.update(Table::Stages, key, *stage);
    publish_stage(transaction, key.scope, key.id);
    return requested;
}

}  // namespace turnpike::service
