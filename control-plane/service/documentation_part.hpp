#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/operation.hpp"

/// A stored part holds, beside what the contract shows: "location" complete, so that there is one
/// part for each, "given" as the caller wrote it, which is what is shown, and "name", by which it
/// is searched.
namespace turnpike::service {

/// A part of "location" and "properties", still without its id. Errors: Invalid.
Result<json::Value> new_documentation_part(const json::Value& input);
/// The properties are a JSON object in writing, and not too long. Errors: Invalid.
Result<void> check_documentation_properties(std::string_view properties);
/// There may be `more` parts beside the `held` ones. Errors: LimitExceeded.
Result<void> check_documentation_quota(const Call& call, std::int64_t held, std::int64_t more);
/// A part as the contract shows it: id, location, properties.
json::Value shown_documentation_part(const json::Value& stored);

enum class DocumentationImportMode : std::uint8_t { Merge, Overwrite };

struct ImportedDocumentation {
    json::Array ids;  ///< Of the new parts, in the order of the document.
    std::vector<std::string> warnings;
    std::vector<std::size_t> ignored;  ///< Which of the given parts each warning is about.
};

/// Puts parts {"location", "properties"} into the API: a part at the same location is replaced,
/// under a new id; Overwrite removes all others. What cannot be a part is left out with a warning.
/// Requires: the API's lock. Errors: LimitExceeded, and then nothing has changed.
Result<ImportedDocumentation> import_documentation(Transaction& transaction, const Call& call,
                                                   const std::string& api_id,
                                                   const std::vector<json::Value>& parts,
                                                   DocumentationImportMode mode);

/// The operation ImportDocumentationParts.
Result<json::Value> import_documentation_parts(Transaction& transaction, const Call& call);

}  // namespace turnpike::service
