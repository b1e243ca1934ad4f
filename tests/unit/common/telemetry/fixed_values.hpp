#pragma once

#include <map>
#include <string>

#include "common/telemetry/json_line.hpp"
#include "common/telemetry/log_format.hpp"

namespace turnpike::telemetry::testing {

/// The values of a request as a table; authorizer values come with their key.
class FixedValues final : public LogValues {
public:
    explicit FixedValues(std::map<LogVariable, std::string> values) : values_(std::move(values)) {}

    std::string_view value(LogVariable variable, std::string_view key,
                           LogScratch& scratch) const override {
        const auto found = values_.find(variable);
        if (found == values_.end()) return {};
        if (key.empty()) return found->second;
        const std::string text = found->second + "/" + std::string(key);
        std::copy(text.begin(), text.end(), scratch.begin());
        return {scratch.data(), text.size()};
    }

    /// For a JsonLine.
    template <LogVariable kVariable>
    std::string_view value_of(LogScratch& scratch) const {
        const std::string_view given = value(kVariable, {}, scratch);
        if (!is_numeric(kVariable)) return given;
        return {scratch.data(), given.copy(scratch.data(), scratch.size())};
    }

private:
    std::map<LogVariable, std::string> values_;
};

}  // namespace turnpike::telemetry::testing
