#include <array>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/stage_settings.hpp"

/// Which requests of a stage are recorded step by step. Turnpike's own addition (docs/explain.md).
namespace turnpike::service {
namespace {

json::Value off() { return json::Object{{"percentTraffic", 0.0}, {"dataTraceEnabled", false}}; }

/// Errors: Invalid.
Result<json::Value> requested_settings(const json::Value& input) {
    const std::optional<double> percent = input.number("percentTraffic");
    if (!percent) return invalid("percentTraffic is required");
    const bool is_percentage = *percent >= 0 && *percent <= 100;
    if (!is_percentage) return invalid("Explain percentTraffic must be between 0.0 and 100.0");
    json::Value settings = off();
    settings["percentTraffic"] = *percent;
    settings["dataTraceEnabled"] = input.flag("dataTraceEnabled");
    return settings;
}

constexpr StageSettings kSettings{.member = "explain", .off = off, .requested = requested_settings};

Result<json::Value> get_settings(Transaction& transaction, const Call& call) {
    return get_stage_settings(transaction, call, kSettings);
}

Result<json::Value> put_settings(Transaction& transaction, const Call& call) {
    return put_stage_settings(transaction, call, kSettings);
}

constexpr std::array<Binding, 2> kBindings{{
    {"GetExplainSettings", get_settings, Access::ReadRow, Binding::Contract::Turnpike},
    {"PutExplainSettings", put_settings, Access::Write, Binding::Contract::Turnpike},
}};

}  // namespace

std::span<const Binding> explain_bindings() { return kBindings; }

}  // namespace turnpike::service
