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
std::span<const Binding> authorizer_bindings();
std::span<const Binding> request_validator_bindings();
std::span<const Binding> model_bindings();
std::span<const Binding> gateway_response_bindings();
std::span<const Binding> documentation_part_bindings();
std::span<const Binding> documentation_version_bindings();
std::span<const Binding> client_certificate_bindings();
std::span<const Binding> vpc_link_bindings();
std::span<const Binding> domain_name_bindings();
std::span<const Binding> base_path_mapping_bindings();
std::span<const Binding> domain_name_access_association_bindings();
std::span<const Binding> sdk_type_bindings();
std::span<const Binding> usage_bindings();
std::span<const Binding> usage_plan_limits_bindings();
std::span<const Binding> limit_settings_bindings();
std::span<const Binding> key_limits_bindings();
std::span<const Binding> api_key_import_bindings();
std::span<const Binding> stage_cache_bindings();
std::span<const Binding> cache_settings_bindings();
std::span<const Binding> explain_bindings();
std::span<const Binding> export_bindings();
std::span<const Binding> audit_bindings();
std::span<const Binding> change_bindings();
std::span<const Binding> cors_bindings();
std::span<const Binding> import_bindings();

}  // namespace turnpike::service
