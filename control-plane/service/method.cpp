#include "control-plane/service/method.hpp"

#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/mapping_expression.hpp"

namespace turnpike::service {

namespace {

bool needs_authorizer(std::string_view type) {
    return type == "CUSTOM" || type == "COGNITO_USER_POOLS";
}

/// Clients write "none", too. Errors: Invalid.
Result<std::string> authorization_type(std::string_view given) {
    constexpr std::array<std::string_view, 4> kTypes{"NONE", "AWS_IAM", "CUSTOM",
                                                     "COGNITO_USER_POOLS"};
    for (const std::string_view type : kTypes) {
        if (equals_ignoring_case(given, type)) return std::string(type);
    }
    return invalid(
        "Invalid authorization type specified. Valid options are "
        "NONE,AWS_IAM,CUSTOM,COGNITO_USER_POOLS");
}

bool authorizer_exists(Transaction& transaction, const Call& call, std::string_view id) {
    return transaction.exists(Table::Authorizers,
                              {std::string(call.input.text("restApiId")), std::string(id)});
}

Error invalid_authorizer() {
    return invalid(
        "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
        "COGNITO_USER_POOLS requires a valid authorizer.");
}

Result<void> check_request_validator(Transaction& transaction, const Call& call,
                                     std::string_view id) {
    const Key key{std::string(call.input.text("restApiId")), std::string(id)};
    if (id.empty() || transaction.exists(Table::RequestValidators, key)) return {};
    return invalid("Invalid Request Validator identifier specified");
}

Result<void> check_scopes(const json::Array& scopes, const Installation& installation) {
    const std::int64_t quota = installation.scopes_per_method_max;
    if (std::ssize(scopes) <= quota) return {};
    return invalid("A method can have at most " + std::to_string(quota) + " authorization scopes.");
}

Result<void> check_new_method(Transaction& transaction, const Call& call) {
    const json::Value& input = call.input;
    if (!is_method_verb(input.text("httpMethod"))) return invalid_verb();
    const auto type = authorization_type(input.text("authorizationType"));
    if (!type) return type.error();
    if (needs_authorizer(*type) &&
        !authorizer_exists(transaction, call, input.text("authorizerId"))) {
        return invalid_authorizer();
    }
    auto checked = check_request_validator(transaction, call, input.text("requestValidatorId"));
    if (!checked) return checked;
    checked = check_models(transaction, input.text("restApiId"), input.object("requestModels"));
    if (!checked) return checked;
    checked = check_method_parameters(input.object("requestParameters"));
    if (!checked) return checked;
    return check_scopes(input.array("authorizationScopes"), call.installation);
}

/// Flags that were sent as null are false.
json::Object without_null_flags(const json::Object& flags) {
    json::Object settled = flags;
    for (auto& [name, flag] : settled) {
        if (!flag.is_bool()) flag = false;
    }
    return settled;
}

/// Requires: check_new_method() passed.
json::Value new_method(const json::Value& input) {
    const std::string type = authorization_type(input.text("authorizationType")).value();
    json::Value method =
        json::Object{{"httpMethod", input.text("httpMethod")}, {"authorizationType", type}};
    if (needs_authorizer(type)) copy_members(input, {"authorizerId"}, method);
    method["apiKeyRequired"] = input.flag("apiKeyRequired");
    for (const std::string_view name : {"requestValidatorId", "operationName"}) {
        if (!input.text(name).empty()) method[name] = input.text(name);
    }
    // Empty maps and lists are not shown.
    if (!input.object("requestParameters").empty()) {
        method["requestParameters"] = without_null_flags(input.object("requestParameters"));
    }
    if (!input.object("requestModels").empty()) {
        method["requestModels"] = input.object("requestModels");
    }
    if (!input.array("authorizationScopes").empty()) {
        method["authorizationScopes"] = input.array("authorizationScopes");
    }
    return method;
}

Result<json::Value> put_method(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    const Key resource_key{api_id, std::string(call.input.text("resourceId"))};
    auto resource = transaction.find(Table::Resources, resource_key);
    if (!resource) return not_found("Invalid Resource identifier specified");
    if (auto checked = check_new_method(transaction, call); !checked) return checked.error();

    const std::string_view verb = call.input.text("httpMethod");
    const json::Value method = new_method(call.input);
    if (auto checked = check_method_size(method); !checked) return checked.error();
    if (!transaction.insert(Table::Methods, {api_id, method_id(resource_key.id, verb)}, method)) {
        return conflict("Method already exists for this resource");
    }
    (*resource)["resourceMethods"][verb] = json::Object{};
    transaction.update(Table::Resources, resource_key, *resource);
    return method;
}

Result<json::Value> get_method(Transaction& transaction, const Call& call) {
    return find_method(transaction, call);
}

Result<json::Value> delete_method(Transaction& transaction, const Call& call) {
    const auto method = lock_method(transaction, call);
    if (!method) return method;
    const std::string api_id(call.input.text("restApiId"));
    const std::string_view verb = call.input.text("httpMethod");
    const Key resource_key{api_id, std::string(call.input.text("resourceId"))};
    transaction.erase(Table::Methods, {api_id, method_id(resource_key.id, verb)});
    if (auto resource = transaction.find(Table::Resources, resource_key)) {
        (*resource)["resourceMethods"].as_object().erase(verb);
        drop_if_empty(*resource, "resourceMethods");
        transaction.update(Table::Resources, resource_key, *resource);
    }
    return json::Value(json::Object{});
}

/// A type that needs an authorizer takes it from the same request, whichever comes first.
Result<void> patch_authorization_type(PatchTarget& target, const PatchOperation& operation) {
    const auto type = authorization_type(operation.value_text());
    if (!type) return type.error();
    if (!needs_authorizer(*type)) {
        target.document["authorizationType"] = *type;
        target.document.as_object().erase("authorizerId");
        return {};
    }
    const PatchOperation* authorizer = target.find(kReplace, "/authorizerId");
    if (authorizer == nullptr ||
        !authorizer_exists(target.transaction, target.call, authorizer->value_text())) {
        return invalid_authorizer();
    }
    target.document["authorizationType"] = *type;
    target.document["authorizerId"] = authorizer->value_text();
    return {};
}

/// Without a type that uses it the id is ignored, not refused.
Result<void> patch_authorizer(PatchTarget& target, const PatchOperation& operation) {
    if (!needs_authorizer(target.document.text("authorizationType"))) return {};
    if (!authorizer_exists(target.transaction, target.call, operation.value_text()))
        return invalid_authorizer();
    target.document["authorizerId"] = operation.value_text();
    return {};
}

Result<void> patch_request_validator(PatchTarget& target, const PatchOperation& operation) {
    auto checked = check_request_validator(target.transaction, target.call, operation.value_text());
    if (!checked) return checked;
    return patch_text(target, operation);
}

Result<void> patch_scopes(PatchTarget& target, const PatchOperation& operation) {
    const json::Value scope(operation.value_text());
    json::Value& scopes = target.document["authorizationScopes"];
    if (!scopes.is_array()) scopes = json::Array{};
    std::erase(scopes.as_array(), scope);
    if (operation.verb == kAdd) {
        if (scope.as_string().empty()) return invalid("Invalid authorization scope specified");
        scopes.as_array().push_back(scope);
    }
    if (auto checked = check_scopes(scopes.as_array(), target.call.installation); !checked)
        return checked;
    if (scopes.as_array().empty()) target.document.as_object().erase("authorizationScopes");
    return {};
}

Result<void> patch_request_parameter(PatchTarget& target, const PatchOperation& operation) {
    if (auto patched = patch_parameter_flag(target, operation); !patched) return patched;
    return check_method_parameters(target.document.object("requestParameters"));
}

constexpr std::array kRules{
    PatchRule{"/authorizationType", kReplace, patch_authorization_type},
    PatchRule{"/authorizerId", kReplace, patch_authorizer},
    PatchRule{"/apiKeyRequired", kReplace, patch_flag},
    PatchRule{"/operationName", kReplace, patch_text},
    PatchRule{"/requestValidatorId", kReplace, patch_request_validator},
    PatchRule{"/authorizationScopes", kAddRemove, patch_scopes},
    PatchRule{"/requestParameters/{}", kAddReplaceRemove, patch_request_parameter},
    PatchRule{"/requestModels/{}", kAddReplaceRemove, patch_model_name},
};

Result<json::Value> update_method(Transaction& transaction, const Call& call) {
    const auto before = lock_method(transaction, call);
    if (!before) return before;
    auto after = patched({kRules, refuse_plainly}, *before, transaction, call);
    if (!after) return after;
    return save_method(transaction, call, *after, *after);
}

constexpr std::array kBindings{
    Binding{"PutMethod", put_method},
    Binding{"GetMethod", get_method, Access::ReadRow},
    Binding{"UpdateMethod", update_method},
    Binding{"DeleteMethod", delete_method},
};

}  // namespace

std::span<const Binding> method_bindings() { return kBindings; }

}  // namespace turnpike::service
