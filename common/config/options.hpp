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
    /// A text, and where people find it: "--region", "TURNPIKE_REGION", "turnpike.conf:3: region".
    struct Given {
        std::string text;
        std::string place;
    };
    using GivenByName = std::map<std::string, Given, std::less<>>;

    explicit Options(GivenByName given) : given_(std::move(given)) {}

    /// Requires, here and below: the process has this option.
    const std::string& text(std::string_view name) const { return at(name).text; }
    /// `otherwise` if the option is empty.
    std::string text_or(std::string_view name, std::string otherwise) const;
    /// Names the option and its place in front of what is wrong with it.
    Error refuse(std::string_view name, const std::string& reason) const;
    /// What the user asked to be printed instead of a start.
    const std::optional<std::string>& text_instead() const { return text_instead_; }

private:
    friend Result<Options> read_options(Process process, const Invocation& invocation);
    const Given& at(std::string_view name) const;

    GivenByName given_;
    std::optional<std::string> text_instead_;
};

/// Errors: as of load_…_settings.
Result<Options> read_options(Process process, const Invocation& invocation);

}  // namespace turnpike::config
