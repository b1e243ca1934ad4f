#pragma once

#include "common/base/result.hpp"
#include "common/json/value.hpp"

namespace turnpike::service {

/// The endpointConfiguration of a new API: what was given (null: nothing), completed with defaults.
/// Errors: Invalid.
Result<json::Value> new_endpoint_configuration(const json::Value* given);

/// A change of type brings what the type demands: dualstack for PRIVATE, no VPC endpoints
/// otherwise. Errors: Invalid for an unknown type.
Result<void> set_endpoint_type(json::Value& configuration, std::string_view type);
Result<void> set_ip_address_type(json::Value& configuration, std::string_view ip_address_type);
/// Requires nothing of the type; PRIVATE is checked. Adding one that is there changes nothing.
Result<void> add_vpc_endpoint(json::Value& configuration, std::string_view id);
void remove_vpc_endpoint(json::Value& configuration, std::string_view id);

}  // namespace turnpike::service
