#include <array>

#include "common/base/encoding.hpp"
#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/gateway_response_rules.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

Key key_of(const Call& call) {
    return {std::string(call.input.text("restApiId")),
            std::string(call.input.text("responseType"))};
}

Result<json::Value> lock_api(Transaction& transaction, const Call& call) {
    transaction.lock(Table::RestApis, call.input.text("restApiId"));
    return find_rest_api(transaction, call);
}

/// Stores what is from now on a customised response.
Result<json::Value> save(Transaction& transaction, const Call& call, json::Value response) {
    if (auto checked = check_gateway_response(response); !checked) return checked.error();
    response["defaultResponse"] = false;
    if (!transaction.update(Table::GatewayResponses, key_of(call), response)) {
        transaction.insert(Table::GatewayResponses, key_of(call), response);
    }
    return response;
}

/// What is not given is the built-in default, whatever DEFAULT_4XX and DEFAULT_5XX say.
Result<json::Value> put_gateway_response(Transaction& transaction, const Call& call) {
    if (const auto api = lock_api(transaction, call); !api) return api;
    json::Value response = builtin_gateway_response(call.input.text("responseType"));
    copy_members(call.input, {"statusCode", "responseParameters", "responseTemplates"}, response);
    return save(transaction, call, std::move(response));
}

Result<json::Value> get_gateway_response(Transaction& transaction, const Call& call) {
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    const Key key = key_of(call);
    return effective_gateway_response(custom_gateway_responses(transaction, key.scope), key.id);
}

/// Always all types, so the position is simply the last one of the page before.
Result<json::Value> get_gateway_responses(Transaction& transaction, const Call& call) {
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    const PageRequest request = page_request(call);
    const std::string after = from_base64(request.position).value_or("");
    const auto custom = custom_gateway_responses(transaction, call.input.text("restApiId"));
    Page page;
    std::string_view last;
    for (const GatewayResponseKind& kind : gateway_response_kinds()) {
        if (kind.type <= after) continue;
        if (std::ssize(page.items) == request.limit) {
            page.position = to_base64url(last);
            break;
        }
        page.items.push_back(effective_gateway_response(custom, kind.type));
        last = kind.type;
    }
    return page_answer(std::move(page));
}

Error no_value(std::string_view member) {
    return invalid("Invalid null or empty value in " + std::string(member));
}

Result<void> patch_status(PatchTarget& target, const PatchOperation& operation) {
    const std::string status = operation.value_text();
    if (status.empty()) return no_value("statusCode");
    const bool is_status = status.size() == 3 && status[0] >= '1' && status[0] <= '5' &&
                           status.find_first_not_of("0123456789") == std::string::npos;
    if (!is_status) return invalid("Invalid statusCode specified: " + status);
    target.document["statusCode"] = status;
    return {};
}

Result<void> patch_entry(PatchTarget& target, const PatchOperation& operation) {
    const std::string& map = operation.segments.front();
    const std::string& key = operation.segments.back();
    if (operation.verb != kRemove && operation.value_text().empty()) return no_value(map);
    json::Object& entries = target.document[map].as_object();
    if (operation.verb != kAdd && !entries.contains(key)) {
        return not_found(map == "responseParameters" ? "Invalid parameter name specified"
                                                     : "Content-Type specified was not found");
    }
    if (operation.verb == kRemove) {
        entries.erase(key);
    } else {
        entries.set(key, operation.value_text());
    }
    return {};
}

constexpr std::array kRules{
    PatchRule{"/statusCode", kReplace, patch_status},
    PatchRule{"/responseParameters/{}", kAddReplaceRemove, patch_entry},
    PatchRule{"/responseTemplates/{}", kAddReplaceRemove, patch_entry},
};

/// A wrong verb makes the path wrong too.
Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_plainly(operation, nullptr);
}

/// Starts from what is in force; a default that is changed becomes a customised response.
Result<json::Value> update_gateway_response(Transaction& transaction, const Call& call) {
    if (const auto api = lock_api(transaction, call); !api) return api;
    const Key key = key_of(call);
    const json::Value before =
        effective_gateway_response(custom_gateway_responses(transaction, key.scope), key.id);
    if (call.input.array("patchOperations").empty()) return before;
    auto after = patched({kRules, refuse}, before, transaction, call);
    if (!after) return after;
    return save(transaction, call, *std::move(after));
}

Result<json::Value> delete_gateway_response(Transaction& transaction, const Call& call) {
    if (const auto api = lock_api(transaction, call); !api) return api;
    if (!transaction.erase(Table::GatewayResponses, key_of(call))) {
        return not_found("Gateway response type not defined on api");
    }
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"PutGatewayResponse", put_gateway_response},
    Binding{"GetGatewayResponse", get_gateway_response, Access::Read},
    Binding{"GetGatewayResponses", get_gateway_responses, Access::Read},
    Binding{"UpdateGatewayResponse", update_gateway_response},
    Binding{"DeleteGatewayResponse", delete_gateway_response},
};

}  // namespace

std::span<const Binding> gateway_response_bindings() { return kBindings; }

}  // namespace turnpike::service
