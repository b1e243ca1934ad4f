#pragma once

#include <span>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

// One table per resource file, constant. control-plane/api joins them with the contract.
std::span<const Binding> rest_api_bindings();
std::span<const Binding> resource_bindings();
std::span<const Binding> method_bindings();
std::span<const Binding> method_response_bindings();
std::span<const Binding> integration_bindings();
std::span<const Binding> integration_response_bindings();
std::span<const Binding> deployment_bindings();
std::span<const Binding> stage_bindings();
std::span<const Binding> api_key_bindings();
std::span<const Binding> usage_plan_bindings();
std::span<const Binding> usage_plan_key_bindings();
std::span<const Binding> account_bindings();
std::span<const Binding> tag_bindings();

}  // namespace turnpike::service
