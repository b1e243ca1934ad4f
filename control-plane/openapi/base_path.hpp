#pragma once

#include <string>

#include "control-plane/openapi/node.hpp"
#include "control-plane/openapi/reader.hpp"

namespace turnpike::openapi {

/// What stands before every path by the mode, from `basePath` of 2.0 or `servers` of 3.x: empty or
/// "/a/b".
std::string base_path(const Node& root, BasePathMode mode);

}  // namespace turnpike::openapi
