#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/deployment.hpp"

namespace turnpike::snapshot {

/// One mapping template, as far as it can be prepared before a request comes.
struct MappingTemplate {
    std::string media_type;  ///< Lower case; "$default" stays as it is.
    std::string text;        ///< Without the blanks at both ends.
    /// It has references or directives: what it gives depends on the request.
    bool needs_evaluation = false;
    /// Of a template for MOCK that needs no evaluation: the status it yields, if any.
    std::optional<int> mock_status;
};

/// In document order: "the first template" means something in the selection of a response template.
std::vector<MappingTemplate> prepare_templates(const model::StringMap& templates);

/// Exact media type, then "$default". Returns: null if neither is there.
const MappingTemplate* select_template(const std::vector<MappingTemplate>& templates,
                                       std::string_view media_type_lower);

/// The statusCode of what a MOCK request template gave, read as leniently as the service does:
/// unquoted names, single quotes, spare commas. Returns: nothing if there is none.
/// Source: the reference, routing and integrations section 3.
std::optional<int> parse_mock_status(std::string_view text);

}  // namespace turnpike::snapshot
