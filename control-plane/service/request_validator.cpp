#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/method_use.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

constexpr std::size_t kNameCharactersMax = 1024;

Error validator_not_found() { return not_found("Invalid Request Validator identifier specified"); }

Key key_of(const Call& call) {
    return {std::string(call.input.text("restApiId")),
            std::string(call.input.text("requestValidatorId"))};
}

/// An unknown API and an unknown validator are not told apart.
Result<json::Value> find_validator(Transaction& transaction, const Call& call) {
    auto found = transaction.find(Table::RequestValidators, key_of(call));
    if (!found) return validator_not_found();
    return *std::move(found);
}

Result<json::Value> lock_validator(Transaction& transaction, const Call& call) {
    transaction.lock(Table::RestApis, call.input.text("restApiId"));
    return find_validator(transaction, call);
}

Result<void> check_name(std::string_view name) {
    if (trim(name).empty()) return invalid("Request Validator name cannot be blank");
    if (character_count(name) > kNameCharactersMax) {
        return invalid("Invalid Request Validator name, can be at most 1024 characters.");
    }
    return {};
}

/// A validator may have no name, but no blank one.
Result<json::Value> new_validator(const std::string& id, const json::Value& input) {
    json::Value validator = json::Object{{"id", id}};
    if (const json::Value* name = input.find("name"); name != nullptr && name->is_string()) {
        if (auto checked = check_name(name->as_string()); !checked) return checked.error();
        validator["name"] = *name;
    }
    validator["validateRequestBody"] = input.flag("validateRequestBody");
    validator["validateRequestParameters"] = input.flag("validateRequestParameters");
    return validator;
}

Result<json::Value> create_request_validator(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    // This operation alone calls an unknown API a bad request.
    if (!transaction.exists(Table::RestApis, {"", api_id})) {
        return invalid("Invalid REST API identifier specified");
    }
    const std::string id = new_part_id(transaction, Table::RequestValidators, api_id);
    auto validator = new_validator(id, call.input);
    if (!validator) return validator;
    const std::int64_t quota = call.installation.request_validators_per_api_max;
    if (transaction.count(Table::RequestValidators, api_id, quota) >= quota) {
        return limit_exceeded("Maximum number of Request Validators for this API has been reached");
    }
    transaction.insert(Table::RequestValidators, {api_id, id}, *validator);
    return validator;
}

Result<json::Value> get_request_validator(Transaction& transaction, const Call& call) {
    return find_validator(transaction, call);
}

Result<json::Value> get_request_validators(Transaction& transaction, const Call& call) {
    auto page = list_of_rest_api(transaction, call, Table::RequestValidators);
    if (!page) return page.error();
    return page_answer(*std::move(page));
}

Result<void> patch_name(PatchTarget& target, const PatchOperation& operation) {
    if (auto checked = check_name(operation.value_text()); !checked) return checked;
    return patch_text(target, operation);
}

constexpr std::array kRules{
    PatchRule{"/name", kReplace, patch_name},
    PatchRule{"/validateRequestBody", kReplace, patch_flag},
    PatchRule{"/validateRequestParameters", kReplace, patch_flag},
};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/name, "
                                                                    "/validateRequestParameters, "
                                                                    "/validateRequestBody"
                                                                  : "");
}

Result<json::Value> update_request_validator(Transaction& transaction, const Call& call) {
    const auto before = lock_validator(transaction, call);
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after) return after;
    transaction.update(Table::RequestValidators, key_of(call), *after);
    return after;
}

Result<json::Value> delete_request_validator(Transaction& transaction, const Call& call) {
    const auto validator = lock_validator(transaction, call);
    if (!validator) return validator;
    const Key key = key_of(call);
    if (const auto use = find_method_use(transaction, key.scope, "requestValidatorId", key.id)) {
        return conflict("Cannot delete request validator '" + std::string(validator->text("name")) +
                        "', is referenced in method: " + use->verb_first());
    }
    transaction.erase(Table::RequestValidators, key);
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"CreateRequestValidator", create_request_validator},
    Binding{"GetRequestValidator", get_request_validator, Access::ReadRow},
    Binding{"GetRequestValidators", get_request_validators, Access::ReadRow},
    Binding{"UpdateRequestValidator", update_request_validator},
    Binding{"DeleteRequestValidator", delete_request_validator},
};

}  // namespace

std::span<const Binding> request_validator_bindings() { return kBindings; }

}  // namespace turnpike::service
