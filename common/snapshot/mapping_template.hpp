#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/text.hpp"
#include "common/model/deployment.hpp"
#include "common/template/program.hpp"
#include "common/template/util.hpp"

namespace turnpike::snapshot {

/// One mapping template, as far as it can be prepared before a request comes.
struct MappingTemplate {
    std::string media_type;  ///< Lower case; "$default" stays as it is.
    std::string text;        ///< Without the blanks at both ends.
    /// Set if it has references or directives, so that what it gives depends on the request: what
    /// is run, or why it never can be.
    std::optional<Result<velocity::Program>> program;
    velocity::UtilOptions util;  ///< What of ours its first line turned on.
    /// Of a template for MOCK that needs no evaluation: the status it yields, if any.
    std::optional<int> mock_status;

    bool needs_evaluation() const { return program.has_value(); }
};

/// Programs by their text: thousands of methods of a deployment use the same few templates.
using ProgramPool =
    std::unordered_map<std::string, Result<velocity::Program>, StringHash, std::equal_to<>>;

/// In document order: "the first template" means something in the selection of a response template.
std::vector<MappingTemplate> prepare_templates(const model::StringMap& templates,
                                               ProgramPool& programs);

/// Exact media type, then "$default". Returns: null if neither is there.
const MappingTemplate* select_template(const std::vector<MappingTemplate>& templates,
                                       std::string_view media_type_lower);

/// The statusCode of what a MOCK request template gave, read as leniently as the service does:
/// unquoted names, single quotes, spare commas. Returns: nothing if there is none.
/// Source: the reference, routing and integrations section 3.
std::optional<int> parse_mock_status(std::string_view text);

}  // namespace turnpike::snapshot
