#include <array>

#include "common/snapshot/limits.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/stage_settings.hpp"

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

constexpr StageSettings kSettings{
    .member = "responseCache", .off = off, .requested = requested_settings};

Result<json::Value> get_settings(Transaction& transaction, const Call& call) {
    return get_stage_settings(transaction, call, kSettings);
}

Result<json::Value> put_settings(Transaction& transaction, const Call& call) {
    return put_stage_settings(transaction, call, kSettings);
}

constexpr std::array<Binding, 2> kBindings{{
    {"GetCacheSettings", get_settings, Access::ReadRow, Binding::Contract::Turnpike},
    {"PutCacheSettings", put_settings, Access::Write, Binding::Contract::Turnpike},
}};

}  // namespace

std::span<const Binding> cache_settings_bindings() { return kBindings; }

}  // namespace turnpike::service
