#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turnpike::schema {

enum class ParameterPlace : std::uint8_t { Header, Path, QueryString };

/// A parameter that a method declares as required.
struct RequiredParameter {
    ParameterPlace place = ParameterPlace::Header;
    std::string name;
};

/// The parameters in the order in which a refusal lists them. `sources` are the keys of the
/// method's requestParameters that are true, "method.request.header.X-Name" and so on; others say
/// nothing.
std::vector<RequiredParameter> required_parameters(std::vector<std::string> sources);

/// Whether nothing but white space is in it, as Java's isBlank() has it, within ASCII.
bool is_blank(std::string_view text);
/// "Missing required request parameters: [a, b]". Requires: there are some.
std::string missing_parameters_message(std::span<const std::string_view> missing);

/// What a caller is told. A parameter is something with a `name`; `value_of(parameter)` gives its
/// text, and a blank one counts as missing. Allocates nothing if none is missing.
/// Returns: nothing then. Source: the reference, request validators.
template <typename Parameter, typename ValueOf>
std::optional<std::string> find_missing_parameters(const std::vector<Parameter>& required,
                                                   ValueOf value_of) {
    std::vector<std::string_view> missing;
    for (const Parameter& parameter : required) {
        if (is_blank(value_of(parameter))) missing.push_back(parameter.name);
    }
    if (missing.empty()) return std::nullopt;
    return missing_parameters_message(missing);
}

}  // namespace turnpike::schema
