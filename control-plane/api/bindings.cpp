#include "control-plane/service/bindings.hpp"

#include "control-plane/api/bindings.hpp"
#include "control-plane/service/test_invoke.hpp"

namespace turnpike::api {

std::vector<service::Binding> all_bindings() {
    std::vector<service::Binding> joined;
    for (const auto table : {service::rest_api_bindings(),
                             service::resource_bindings(),
                             service::method_bindings(),
                             service::method_response_bindings(),
                             service::integration_bindings(),
                             service::integration_response_bindings(),
                             service::deployment_bindings(),
                             service::stage_bindings(),
                             service::api_key_bindings(),
                             service::usage_plan_bindings(),
                             service::usage_plan_key_bindings(),
                             service::account_bindings(),
                             service::documentation_part_bindings(),
                             service::documentation_version_bindings(),
                             service::usage_bindings(),
                             service::api_key_import_bindings(),
                             service::stage_cache_bindings(),
                             service::client_certificate_bindings(),
                             service::vpc_link_bindings(),
                             service::domain_name_bindings(),
                             service::base_path_mapping_bindings(),
                             service::domain_name_access_association_bindings(),
                             service::sdk_type_bindings(),
                             service::tag_bindings(),
                             service::authorizer_bindings(),
                             service::request_validator_bindings(),
                             service::model_bindings(),
                             service::gateway_response_bindings(),
                             service::audit_bindings(),
                             service::change_bindings(),
                             service::cors_bindings(),
                             service::cache_settings_bindings(),
                             service::explain_bindings(),
                             service::limit_settings_bindings(),
                             service::key_limits_bindings(),
                             service::usage_plan_limits_bindings(),
                             service::export_bindings(),
                             service::import_bindings(),
                             service::test_invoke_bindings()}) {
        joined.insert(joined.end(), table.begin(), table.end());
    }
    return joined;
}

}  // namespace turnpike::api
