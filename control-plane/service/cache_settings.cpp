#include <array>

#include "common/snapshot/limits.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/stage.hpp"

/// How long a stage's response cache may answer with what is no longer fresh. Turnpike's own
/// addition (docs/cache.md).
namespace turnpike::service {
namespace {

constexpr std::array kMembers{"staleWhileRevalidateInSeconds", "staleIfErrorInSeconds"};

json::Value off() {
    json::Value settings = json::Object{};
    for (const char* member : kMembers) settings[member] = 0;
    return settings;
}

/// Errors: Invalid.
Result<json::Value> requested_settings(const json::Value& input) {
    json::Value settings = off();
    for (const char* member : kMembers) {
        const std::int64_t seconds = input.integer(member).value_or(0);
        if (seconds < 0 || seconds > snapshot::limits::kStaleSecondsMax) {
            return invalid(std::string(member) + " must be between 0 and " +
                           std::to_string(snapshot::limits::kStaleSecondsMax));
        }
        settings[member] = seconds;
    }
    return settings;
}

Result<json::Value> get_settings(Transaction& transaction, const Call& call) {
    const auto stage =
        find_stage(transaction, call.input.text("restApiId"), call.input.text("stageName"));
    if (!stage) return stage;
    const json::Value* settings = stage->find("responseCache");
    return settings == nullptr ? off() : *settings;
}

Result<json::Value> put_settings(Transaction& transaction, const Call& call) {
    const Key key{std::string(call.input.text("restApiId")),
                  std::string(call.input.text("stageName"))};
    transaction.lock(Table::RestApis, key.scope);
    auto stage = find_stage(transaction, key.scope, key.id);
    if (!stage) return stage;
    auto settings = requested_settings(call.input);
    if (!settings) return settings;
    (*stage)["responseCache"] = *settings;
    (*stage)["lastUpdatedDate"] = created_date(call);
    transaction.update(Table::Stages, key, *stage);
    publish_stage(transaction, key.scope, key.id);
    return settings;
}

constexpr std::array<Binding, 2> kBindings{{
    {"GetCacheSettings", get_settings, true, Binding::Contract::Turnpike},
    {"PutCacheSettings", put_settings, false, Binding::Contract::Turnpike},
}};

}  // namespace

std::span<const Binding> cache_settings_bindings() { return kBindings; }

}  // namespace turnpike::service
