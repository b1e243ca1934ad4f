#pragma once

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// Gives the members that are not set their defaults, and takes out what the type has no use for.
void complete_integration(json::Value& integration, std::string_view resource_id,
                          const Installation& installation);

/// Whether a completed integration of `method` can be kept, however it came about. Errors: Invalid,
/// in the order in which the service looks.
Result<void> check_integration(const json::Value& integration, const json::Value& method,
                               const Installation& installation);

/// HTTP and HTTP_PROXY.
bool calls_http(std::string_view type);

/// Templates by media type: text, where empty is null. Errors: Invalid for a key or a size.
Result<void> check_templates(const json::Object& templates);
/// As they are kept.
json::Object settled_templates(const json::Object& templates);

}  // namespace turnpike::service
