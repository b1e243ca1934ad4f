#pragma once

#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "control-plane/openapi/definition.hpp"
#include "control-plane/openapi/operation.hpp"

namespace turnpike::openapi {

/// The `paths` of a document, each with `base_path` before it. Paths that become the same are one.
/// Errors: Invalid if there are too many.
Result<std::vector<PathDefinition>> read_paths(const Node& paths, const std::string& base_path,
                                               const OperationContext& context);

}  // namespace turnpike::openapi
