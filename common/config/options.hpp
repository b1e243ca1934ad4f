#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/config/settings.hpp"

namespace turnpike::config {

enum class Process : std::uint8_t { Control, Worker };

/// The raw texts of every option of one process, defaults filled in.
class Options {
public:
    explicit Options(std::map<std::string, std::string, std::less<>> texts)
        : texts_(std::move(texts)) {}

    /// Requires: the process has this option.
    const std::string& text(std::string_view name) const;
    /// `otherwise` if the option is empty.
    std::string text_or(std::string_view name, std::string otherwise) const;
    /// What the user asked to be printed instead of a start.
    const std::optional<std::string>& text_instead() const { return text_instead_; }

private:
    friend Result<Options> read_options(Process process, const Invocation& invocation);
    std::map<std::string, std::string, std::less<>> texts_;
    std::optional<std::string> text_instead_;
};

/// Errors: as of load_…_settings.
Result<Options> read_options(Process process, const Invocation& invocation);

}  // namespace turnpike::config
