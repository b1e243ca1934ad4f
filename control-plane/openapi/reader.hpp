#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "control-plane/openapi/definition.hpp"
#include "control-plane/openapi/document.hpp"
#include "control-plane/openapi/limits.hpp"

namespace turnpike::openapi {

/// What the path of the document's server becomes. Source: the contract's parameter basepath.
enum class BasePathMode : std::uint8_t {
    Ignore,
    Prepend,  ///< Resources before every path.
    Split,    ///< The same without its first segment, which is meant to be the stage.
};

/// "ignore", "prepend" or "split". Errors: Invalid.
Result<BasePathMode> base_path_mode(std::string_view name);

struct ReadOptions {
    BasePathMode base_path = BasePathMode::Ignore;
    bool ignore_documentation = false;
    std::size_t document_bytes_max = kDocumentBytesMax;
    /// What the URLs of models begin with:
    /// "https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/".
    std::string model_url_prefix;
    // Values of ${AWS::AccountId}, ${AWS::Partition} and ${AWS::Region}.
    std::string account_id;
    std::string partition;
    std::string region;
};

struct Reading {
    ApiDefinition api;
    /// What could not be taken over, in document order as far as possible.
    std::vector<std::string> warnings;
    Source source;  ///< For places: PositionFinder, Diagnostics::take(). Lifetime: the text's.
};

/// Reads Swagger 2.0 or OpenAPI 3.0, and 3.1 as far as it maps, in JSON or YAML, with the
/// extensions for REST APIs. Whether the values themselves can be kept (sizes, ARNs, mapping
/// expressions) is for whoever applies the result. Memory and time are bounded (limits.hpp).
/// Errors: Invalid: "Invalid OpenAPI input." for what is no such document (the place in `detail`),
/// "Failed to parse the uploaded OpenAPI document due to: ..." for one that breaks OpenAPI.
/// Source: the contract's operations ImportRestApi and PutRestApi.
Result<Reading> read_api(std::string_view text, const ReadOptions& options);

struct DocumentationReading {
    std::vector<json::Value> parts;  ///< location (object), properties (text)
    std::vector<Steps> places;       ///< Where each part stands in the document.
    std::vector<std::string> warnings;
    Source source;
};

/// Only the parts of the documentation extension. Errors: Invalid, "Unable to build importer with
/// provided input.". Source: the contract's operation ImportDocumentationParts.
Result<DocumentationReading> read_documentation(std::string_view text, const ReadOptions& options);

}  // namespace turnpike::openapi
