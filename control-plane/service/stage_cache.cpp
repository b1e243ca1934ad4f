#include <array>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/stage.hpp"

namespace turnpike::service {

namespace {

/// Gives one of the stage's caches a new generation, and tells the workers.
Result<json::Value> flush(Transaction& transaction, const Call& call, std::string_view cache) {
    const Key key{std::string(call.input.text("restApiId")),
                  std::string(call.input.text("stageName"))};
    transaction.lock(Table::RestApis, key.scope);
    auto stage = find_stage(transaction, key.scope, key.id);
    if (!stage) return stage;
    begin_generation(call, cache, *stage);
    transaction.update(Table::Stages, key, *stage);
    publish_stage(transaction, key.scope, key.id);
    return json::Value(json::Object{});
}

Result<json::Value> flush_stage_cache(Transaction& transaction, const Call& call) {
    return flush(transaction, call, "responses");
}

Result<json::Value> flush_authorizers_cache(Transaction& transaction, const Call& call) {
    return flush(transaction, call, "authorizers");
}

constexpr std::array<Binding, 2> kBindings{{
    {"FlushStageCache", flush_stage_cache},
    {"FlushStageAuthorizersCache", flush_authorizers_cache},
}};

}  // namespace

std::span<const Binding> stage_cache_bindings() { return kBindings; }

}  // namespace turnpike::service
