#pragma once

#include <string_view>

#include "common/json/value.hpp"

namespace turnpike::openapi {

/// The value of x-amazon-apigateway-integration. What every integration has without being told is
/// left out: the default timeout, the resource as cache namespace, INTERNET, empty lists.
/// `integration`: a methodIntegration of the contract.
json::Object exported_integration(const json::Value& integration, std::string_view resource_id);

}  // namespace turnpike::openapi
