#pragma once

#include <optional>
#include <string_view>

#include "control-plane/openapi/diagnostics.hpp"
#include "control-plane/openapi/node.hpp"
#include "control-plane/openapi/reference.hpp"

namespace turnpike::openapi {

/// The integration that `extension` (x-amazon-apigateway-integration) describes for one method, in
/// the shape of the contract's Integration with integrationResponses, its enumerations in upper
/// case; defaults are not filled in. Entries of another type than text are reported and left out.
/// `verb` is in upper case. Returns: nothing if there is no usable type.
std::optional<json::Value> read_integration(const Node& extension, std::string_view path,
                                            std::string_view verb, References& references,
                                            Diagnostics& diagnostics);

}  // namespace turnpike::openapi
