#include <array>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/stage_settings.hpp"

/// What callers of a stage are told of their limits. Turnpike's own addition (docs/limits.md).
namespace turnpike::service {
namespace {

constexpr std::array kMembers{"headersEnabled", "usageEnabled"};

json::Value settings_of(const json::Value& input) {
    json::Value settings = json::Object{};
    for (const char* member : kMembers) settings[member] = input.flag(member);
    return settings;
}

constexpr StageSettings kSettings{
    .member = "limits",
    .off = [] { return settings_of(json::Object{}); },
    .requested = [](const json::Value& input) -> Result<json::Value> { return settings_of(input); },
};

Result<json::Value> get_settings(Transaction& transaction, const Call& call) {
    return get_stage_settings(transaction, call, kSettings);
}

Result<json::Value> put_settings(Transaction& transaction, const Call& call) {
    return put_stage_settings(transaction, call, kSettings);
}

constexpr std::array<Binding, 2> kBindings{{
    {"GetLimitSettings", get_settings, Access::ReadRow, Binding::Contract::Turnpike},
    {"PutLimitSettings", put_settings, Access::Write, Binding::Contract::Turnpike},
}};

}  // namespace

std::span<const Binding> limit_settings_bindings() { return kBindings; }

}  // namespace turnpike::service
