#include <array>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/integration_rules.hpp"
#include "control-plane/service/mapping_expression.hpp"
#include "control-plane/service/method.hpp"

namespace turnpike::service {

namespace {

/// What is empty is shown, what is absent is not.
json::Value new_response(const json::Value& input) {
    json::Value response = json::Object{{"statusCode", input.text("statusCode")}};
    copy_members(input, {"selectionPattern", "responseParameters", "responseTemplates"}, response);
    if (response.find("responseTemplates") != nullptr) {
        response["responseTemplates"] = settled_templates(response.object("responseTemplates"));
    }
    copy_members(input, {"contentHandling"}, response);
    return response;
}

Result<void> check_response(const json::Value& response, const json::Value& method) {
    if (auto checked = check_templates(response.object("responseTemplates")); !checked) {
        return checked;
    }
    const json::Value* declared =
        method.object("methodResponses").find(response.text("statusCode"));
    return check_integration_response_parameters(
        response.object("responseParameters"),
        declared != nullptr ? *declared : json::Value(json::Object{}));
}

/// The integrationResponses member of a method that has an integration, made if it is not there.
json::Value& responses_of(json::Value& method) {
    json::Value& responses = method["methodIntegration"]["integrationResponses"];
    if (!responses.is_object()) responses = json::Object{};
    return responses;
}

Result<json::Value> put_integration_response(Transaction& transaction, const Call& call) {
    auto method = lock_method(transaction, call);
    if (!method) return method;
    if (method->find("methodIntegration") == nullptr) return integration_not_found();
    json::Value response = new_response(call.input);
    if (auto checked = check_response(response, *method); !checked) return checked.error();
    responses_of(*method)[call.input.text("statusCode")] = response;
    return save_method(transaction, call, *method, std::move(response));
}

Result<json::Value> response_of(const Result<json::Value>& method, const Call& call) {
    if (!method) return method.error();
    const json::Value* integration = method->find("methodIntegration");
    if (integration == nullptr) return integration_not_found();
    const json::Value* response =
        integration->object("integrationResponses").find(call.input.text("statusCode"));
    if (response == nullptr) return response_not_found();
    return *response;
}

Result<json::Value> get_integration_response(Transaction& transaction, const Call& call) {
    return response_of(find_method(transaction, call), call);
}

Result<json::Value> delete_integration_response(Transaction& transaction, const Call& call) {
    auto method = lock_method(transaction, call);
    if (!method) {
        // This operation alone takes a missing method for a missing integration.
        const Key resource{std::string(call.input.text("restApiId")),
                           std::string(call.input.text("resourceId"))};
        const bool has_resource = transaction.exists(Table::Resources, resource);
        return has_resource ? integration_not_found() : method.error();
    }
    if (auto response = response_of(method, call); !response) return response;
    responses_of(*method).as_object().erase(call.input.text("statusCode"));
    drop_if_empty((*method)["methodIntegration"], "integrationResponses");
    return save_method(transaction, call, *method, json::Object{});
}

Result<void> patch_content_handling(PatchTarget& target, const PatchOperation& operation) {
    const std::string value = operation.value_text();
    if (!value.empty() && value != "CONVERT_TO_BINARY" && value != "CONVERT_TO_TEXT") {
        return invalid("Invalid contentHandling specified: " + value);
    }
    return patch_text(target, operation);
}

/// The empty pattern is one of its own; only an absent value clears.
Result<void> patch_selection_pattern(PatchTarget& target, const PatchOperation& operation) {
    if (!operation.value) return patch_text(target, operation);
    target.document["selectionPattern"] = *operation.value;
    return {};
}

constexpr std::array kRules{
    PatchRule{"/contentHandling", kReplace, patch_content_handling},
    PatchRule{"/selectionPattern", kReplace, patch_selection_pattern},
    PatchRule{"/responseParameters/{}", kAddReplaceRemove, patch_parameter_text},
    PatchRule{"/responseTemplates/{}", kAddReplaceRemove, patch_template},
};

Result<json::Value> update_integration_response(Transaction& transaction, const Call& call) {
    auto method = lock_method(transaction, call);
    const auto before = response_of(method, call);
    if (!before) return before;
    auto after = patched({kRules, refuse_plainly}, *before, transaction, call);
    if (!after) return after;
    if (auto checked = check_response(*after, *method); !checked) return checked.error();
    responses_of(*method)[call.input.text("statusCode")] = *after;
    return save_method(transaction, call, *method, *std::move(after));
}

constexpr std::array kBindings{
    Binding{"PutIntegrationResponse", put_integration_response},
    Binding{"GetIntegrationResponse", get_integration_response, Access::ReadRow},
    Binding{"UpdateIntegrationResponse", update_integration_response},
    Binding{"DeleteIntegrationResponse", delete_integration_response},
};

}  // namespace

std::span<const Binding> integration_response_bindings() { return kBindings; }

}  // namespace turnpike::service
