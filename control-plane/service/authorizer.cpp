#include <algorithm>
#include <array>

#include "common/base/text.hpp"
#include "control-plane/service/authorizer_rules.hpp"
#include "control-plane/service/authorizer_trial.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/method_use.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

Key key_of(const Call& call) {
    return {std::string(call.input.text("restApiId")),
            std::string(call.input.text("authorizerId"))};
}

/// An unknown API and an unknown authorizer are not told apart.
Result<json::Value> find_authorizer(Transaction& transaction, const Call& call) {
    auto found = transaction.find(Table::Authorizers, key_of(call));
    if (!found) return not_found("Invalid Authorizer identifier specified");
    return *std::move(found);
}

Result<json::Value> lock_authorizer(Transaction& transaction, const Call& call) {
    transaction.lock(Table::RestApis, call.input.text("restApiId"));
    return find_authorizer(transaction, call);
}

json::Value new_authorizer(const std::string& id, const json::Value& input) {
    json::Value authorizer = json::Object{{"id", id}};
    copy_members(input, {"name", "type"}, authorizer);
    if (!input.array("providerARNs").empty()) {
        authorizer["providerARNs"] = input.array("providerARNs");
    }
    for (const std::string_view name : {"authType", "authorizerUri", "authorizerCredentials",
                                        "identitySource", "identityValidationExpression"}) {
        if (!input.text(name).empty()) authorizer[name] = input.text(name);
    }
    copy_members(input, {"authorizerResultTtlInSeconds"}, authorizer);
    complete_authorizer(authorizer);
    return authorizer;
}

Result<json::Value> create_authorizer(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    // Recorded: this operation takes an unknown API for one that is just going away.
    if (!transaction.exists(Table::RestApis, {"", api_id})) {
        return conflict(
            "Unable to complete operation due to concurrent modification. Please try again "
            "later.");
    }
    const std::string id = new_part_id(transaction, Table::Authorizers, api_id);
    json::Value authorizer = new_authorizer(id, call.input);
    if (auto checked = check_authorizer(authorizer); !checked) return checked.error();
    auto checked = check_authorizer_name_is_free(transaction, api_id, authorizer);
    if (!checked) return checked.error();
    const std::int64_t quota = call.installation.authorizers_per_api_max;
    if (transaction.count(Table::Authorizers, api_id, quota) >= quota) {
        return limit_exceeded("Maximum number of Authorizers for this API has been reached");
    }
    transaction.insert(Table::Authorizers, {api_id, id}, authorizer);
    return authorizer;
}

Result<json::Value> get_authorizer(Transaction& transaction, const Call& call) {
    return find_authorizer(transaction, call);
}

Result<json::Value> get_authorizers(Transaction& transaction, const Call& call) {
    auto page = list_of_rest_api(transaction, call, Table::Authorizers);
    if (!page) return page.error();
    return page_answer(*std::move(page));
}

/// The default of authType goes with the type that it was the default of.
Result<void> patch_type(PatchTarget& target, const PatchOperation& operation) {
    const json::Value was = target.document;
    target.document["type"] = operation.value_text();
    json::Value untouched = json::Object{{"type", was.text("type")}};
    complete_authorizer(untouched);
    if (untouched.text("authType") == was.text("authType")) {
        target.document.as_object().erase("authType");
    }
    return {};
}

Result<void> patch_result_seconds(PatchTarget& target, const PatchOperation& operation) {
    if (operation.value_text().empty()) return patch_text(target, operation);
    // What is no number is out of range as well.
    target.document["authorizerResultTtlInSeconds"] =
        static_cast<std::int64_t>(parse_integer(operation.value_text()).value_or(-1));
    return {};
}

Result<void> patch_provider_arns(PatchTarget& target, const PatchOperation& operation) {
    const json::Value arn(operation.value_text());
    json::Value& arns = target.document["providerARNs"];
    if (!arns.is_array()) arns = json::Array{};
    std::erase(arns.as_array(), arn);
    if (operation.verb == kAdd) arns.as_array().push_back(arn);
    if (arns.as_array().empty()) target.document.as_object().erase("providerARNs");
    return {};
}

constexpr std::array kRules{
    PatchRule{"/name", kReplace, patch_text},
    PatchRule{"/type", kReplace, patch_type},
    PatchRule{"/authType", kReplace, patch_text},
    PatchRule{"/authorizerUri", kReplace, patch_text},
    PatchRule{"/authorizerCredentials", kReplace, patch_text},
    PatchRule{"/identityValidationExpression", kReplace, patch_text},
    PatchRule{"/authorizerResultTtlInSeconds", kReplace, patch_result_seconds},
    PatchRule{"/identitySource", kAddReplaceRemove, patch_text},
    PatchRule{"/providerARNs", kAddRemove, patch_provider_arns},
};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    switch (operation.verb) {
        case kReplace:
            return refuse_with_list(operation,
                                    "/name, /type, /authType, /authorizerUri, "
                                    "/authorizerCredentials, /identityValidationExpression, "
                                    "/authorizerResultTtlInSeconds, /identitySource");
        case kAdd:
        case kRemove:
            return refuse_with_list(operation, "/identitySource, /providerARNs");
        default:
            return refuse_with_list(operation, "");
    }
}

Result<json::Value> update_authorizer(Transaction& transaction, const Call& call) {
    const auto before = lock_authorizer(transaction, call);
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after) return after;
    complete_authorizer(*after);
    if (auto checked = check_authorizer(*after); !checked) return checked.error();
    const Key key = key_of(call);
    auto checked = check_authorizer_name_is_free(transaction, key.scope, *after);
    if (!checked) return checked.error();
    transaction.update(Table::Authorizers, key, *after);
    return after;
}

Result<json::Value> delete_authorizer(Transaction& transaction, const Call& call) {
    const auto authorizer = lock_authorizer(transaction, call);
    if (!authorizer) return authorizer;
    const Key key = key_of(call);
    if (const auto use = find_method_use(transaction, key.scope, "authorizerId", key.id)) {
        return conflict("Cannot delete authorizer '" + std::string(authorizer->text("name")) +
                        "', is referenced in method: " + use->verb_first());
    }
    transaction.erase(Table::Authorizers, key);
    return json::Value(json::Object{});
}

Result<json::Value> test_invoke_authorizer(Transaction& transaction, const Call& call) {
    const auto authorizer = find_authorizer(transaction, call);
    if (!authorizer) return authorizer;
    return try_authorizer(*authorizer, call.input, call.now);
}

constexpr std::array kBindings{
    Binding{"CreateAuthorizer", create_authorizer},
    Binding{"GetAuthorizer", get_authorizer, Access::ReadRow},
    Binding{"GetAuthorizers", get_authorizers, Access::ReadRow},
    Binding{"UpdateAuthorizer", update_authorizer},
    Binding{"DeleteAuthorizer", delete_authorizer},
    Binding{"TestInvokeAuthorizer", test_invoke_authorizer, Access::Read},
};

}  // namespace

std::span<const Binding> authorizer_bindings() { return kBindings; }

}  // namespace turnpike::service
