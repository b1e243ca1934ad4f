#include "tests/unit/control-plane/service/installation_under_test.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "control-plane/service/bindings.hpp"

namespace turnpike::tests {

Value operation(std::string_view op, std::string_view path) {
    return Object{{"op", op}, {"path", path}};
}
Value operation(std::string_view op, std::string_view path, std::string_view value) {
    return Object{{"op", op}, {"path", path}, {"value", value}};
}
Value copying(std::string_view from, std::string_view path) {
    return Object{{"op", "copy"}, {"path", path}, {"from", from}};
}

InstallationUnderTest::InstallationUnderTest()
    : call({service::rest_api_bindings(),
            service::resource_bindings(),
            service::method_bindings(),
            service::integration_bindings(),
            service::integration_response_bindings(),
            service::deployment_bindings(),
            service::stage_bindings(),
            service::api_key_bindings(),
            service::usage_plan_bindings(),
            service::usage_plan_key_bindings(),
            service::account_bindings(),
            service::client_certificate_bindings(),
            service::vpc_link_bindings(),
            service::domain_name_bindings(),
            service::base_path_mapping_bindings(),
            service::domain_name_access_association_bindings(),
            service::sdk_type_bindings(),
            service::tag_bindings(),
            service::documentation_part_bindings(),
            service::documentation_version_bindings(),
            service::usage_bindings(),
            service::api_key_import_bindings(),
            service::stage_cache_bindings(),
            service::change_bindings(),
            service::cache_settings_bindings(),
            service::explain_bindings(),
            service::limit_settings_bindings(),
            service::key_limits_bindings(),
            service::usage_plan_limits_bindings()}) {
    api = make_api("pets");
}
InstallationUnderTest::~InstallationUnderTest() = default;

std::string InstallationUnderTest::make_api(std::string_view name) {
    const Value made = call.ok("CreateRestApi", Object{{"name", name}});
    const std::string id(made.text("id"));
    const std::string root(made.text("rootResourceId"));
    const Value pets = call.ok("CreateResource",
                               Object{{"restApiId", id}, {"parentId", root}, {"pathPart", "pets"}});
    add_method(id, root);
    add_method(id, pets.text("id"));
    return id;
}

void InstallationUnderTest::add_method(std::string_view api_id, std::string_view resource_id,
                                       std::string_view verb) {
    Value method = Object{{"restApiId", api_id}, {"resourceId", resource_id}, {"httpMethod", verb}};
    method["authorizationType"] = "NONE";
    call.ok("PutMethod", method);
    method["type"] = "MOCK";
    call.ok("PutIntegration", method);
}

std::string InstallationUnderTest::deploy(std::string_view stage, const Object& more) {
    Value input = Object{{"restApiId", api}};
    if (!stage.empty()) input["stageName"] = stage;
    for (const auto& [name, value] : more) input[name] = value;
    return std::string(call.ok("CreateDeployment", input).text("id"));
}

Value InstallationUnderTest::stage(std::string_view name) {
    return call.ok("GetStage", Object{{"restApiId", api}, {"stageName", name}});
}

Value InstallationUnderTest::patch_stage_input(std::string_view name, Array operations) const {
    return Object{
        {"restApiId", api}, {"stageName", name}, {"patchOperations", std::move(operations)}};
}

Value InstallationUnderTest::patch_stage(std::string_view name, Array operations) {
    return call.ok("UpdateStage", patch_stage_input(name, std::move(operations)));
}

std::string InstallationUnderTest::refused_stage_patch(std::string_view name, const Value& one) {
    return call.refused("UpdateStage", patch_stage_input(name, Array{one}));
}

std::string InstallationUnderTest::make_key(std::string_view name) {
    return std::string(
        call.ok("CreateApiKey", Object{{"name", name}, {"enabled", true}}).text("id"));
}

std::string InstallationUnderTest::make_plan(std::string_view name, std::string_view stage) {
    Value input = Object{{"name", name}};
    if (!stage.empty()) {
        input["apiStages"] = Array{Object{{"apiId", api}, {"stage", stage}}};
    }
    return std::string(call.ok("CreateUsagePlan", input).text("id"));
}

Value InstallationUnderTest::plan_key(std::string_view plan, std::string_view key) {
    return Object{{"usagePlanId", plan}, {"keyId", key}, {"keyType", "API_KEY"}};
}

std::string InstallationUnderTest::told() {
    std::vector<std::string> lines;
    for (const service::Effect& effect : call.store.effects()) {
        constexpr std::array<std::string_view, 3> kNames{"Stage", "UsagePlan", "ApiKey"};
        lines.push_back(std::string(kNames.at(static_cast<std::size_t>(effect.kind))) + " " +
                        effect.id);
    }
    call.store.forget_effects();
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string& line : lines) text += (text.empty() ? "" : ", ") + line;
    return text;
}

}  // namespace turnpike::tests
