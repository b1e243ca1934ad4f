#pragma once

#include "common/telemetry/access_log.hpp"
#include "common/telemetry/log_format.hpp"
#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::pipeline {

/// The log variables of one request that is over. Lifetime: the exchange's.
class ExchangeLogValues final : public telemetry::LogValues {
public:
    /// `now`: when the response was sent.
    ExchangeLogValues(const Exchange& exchange, SteadyTime now) : exchange_(exchange), now_(now) {}

    std::string_view value(telemetry::LogVariable variable, std::string_view key,
                           telemetry::LogScratch& scratch) const override;
    /// The line of the default log.
    void write_json(telemetry::AccessLogWriter& writer,
                    telemetry::LogDestination destination) const;

private:
    struct Known;
    // Inline everywhere: for a variable that is a constant, nothing is left of the switches.
    [[gnu::always_inline]] inline std::string_view value_of(telemetry::LogVariable variable,
                                                            telemetry::LogScratch& scratch) const;
    [[gnu::always_inline]] inline std::string_view error_value(
        telemetry::LogVariable variable) const;
    [[gnu::always_inline]] inline std::string_view integration_value(
        telemetry::LogVariable variable, telemetry::LogScratch& scratch) const;
    [[gnu::always_inline]] inline std::string_view route_value(
        telemetry::LogVariable variable) const;

    const Exchange& exchange_;
    SteadyTime now_;
};

}  // namespace turnpike::pipeline
