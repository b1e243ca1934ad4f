#include <array>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/mapping_expression.hpp"
#include "control-plane/service/method.hpp"

namespace turnpike::service {

namespace {

/// Maps that were sent are shown, even when empty: an explicit `{}` comes back.
json::Value new_response(const json::Value& input) {
    json::Value response = json::Object{{"statusCode", input.text("statusCode")}};
    if (input.find("responseParameters") != nullptr) {
        json::Object parameters = input.object("responseParameters");
        for (auto& [name, flag] : parameters) {
            if (!flag.is_bool()) flag = false;
        }
        response["responseParameters"] = std::move(parameters);
    }
    copy_members(input, {"responseModels"}, response);
    return response;
}

Result<json::Value> put_method_response(Transaction& transaction, const Call& call) {
    auto method = lock_method(transaction, call);
    if (!method) return method;
    const json::Value& input = call.input;
    auto checked =
        check_models(transaction, input.text("restApiId"), input.object("responseModels"));
    if (!checked) return checked.error();
    checked = check_method_response_parameters(input.object("responseParameters"));
    if (!checked) return checked.error();
    const std::string_view status = input.text("statusCode");
    if (method->object("methodResponses").contains(status)) {
        return conflict("Response already exists for this resource");
    }
    json::Value response = new_response(input);
    (*method)["methodResponses"][status] = response;
    return save_method(transaction, call, *method, std::move(response));
}

Result<json::Value> response_of(const Result<json::Value>& method, const Call& call) {
    if (!method) return method.error();
    const json::Value* response =
        method->object("methodResponses").find(call.input.text("statusCode"));
    if (response == nullptr) return response_not_found();
    return *response;
}

Result<json::Value> get_method_response(Transaction& transaction, const Call& call) {
    return response_of(find_method(transaction, call), call);
}

Result<json::Value> delete_method_response(Transaction& transaction, const Call& call) {
    auto method = lock_method(transaction, call);
    if (auto response = response_of(method, call); !response) return response;
    (*method)["methodResponses"].as_object().erase(call.input.text("statusCode"));
    drop_if_empty(*method, "methodResponses");
    return save_method(transaction, call, *method, json::Object{});
}

Result<void> patch_response_parameter(PatchTarget& target, const PatchOperation& operation) {
    if (auto patched = patch_parameter_flag(target, operation); !patched) return patched;
    return check_method_response_parameters(target.document.object("responseParameters"));
}

constexpr std::array kRules{
    PatchRule{"/responseModels/{}", kAddReplaceRemove, patch_model_name},
    PatchRule{"/responseParameters/{}", kAddReplaceRemove, patch_response_parameter},
};

Result<json::Value> update_method_response(Transaction& transaction, const Call& call) {
    auto method = lock_method(transaction, call);
    const auto before = response_of(method, call);
    if (!before) return before;
    auto after = patched({kRules, refuse_plainly}, *before, transaction, call);
    if (!after) return after;
    (*method)["methodResponses"][call.input.text("statusCode")] = *after;
    return save_method(transaction, call, *method, *std::move(after));
}

constexpr std::array kBindings{
    Binding{"PutMethodResponse", put_method_response},
    Binding{"GetMethodResponse", get_method_response, Access::ReadRow},
    Binding{"UpdateMethodResponse", update_method_response},
    Binding{"DeleteMethodResponse", delete_method_response},
};

}  // namespace

std::span<const Binding> method_response_bindings() { return kBindings; }

}  // namespace turnpike::service
