#include <algorithm>
#include <array>

#include "control-plane/service/conventions.hpp"
#include "control-plane/service/method.hpp"

namespace turnpike::service {

namespace {

/// Room for three mapping templates of the maximum size.
constexpr std::size_t kMethodBytesMax = 1U << 20U;
constexpr std::array<std::string_view, 8> kVerbs{"GET",   "PUT",     "POST", "DELETE",
                                                 "PATCH", "OPTIONS", "HEAD", "ANY"};
/// Every API has it, and it stands for any body; valid even if its model was deleted.
constexpr std::string_view kEmptyModel = "Empty";

Key key_of(const Call& call) {
    return {std::string(call.input.text("restApiId")),
            method_id(call.input.text("resourceId"), call.input.text("httpMethod"))};
}

Error parameter_not_found() { return not_found("Invalid parameter name specified"); }
Error content_type_not_found() { return not_found("Content-Type specified was not found"); }

/// One key of a map, which is the segment before the last.
Result<void> patch_entry(PatchTarget& target, const PatchOperation& operation, json::Value value,
                         Error (*missing)()) {
    const std::string& map = operation.segments.front();
    const std::string& key = operation.segments.back();
    if (operation.verb != kAdd && !target.document.object(map).contains(key)) return missing();
    json::Value& entries = target.document[map];
    if (!entries.is_object()) entries = json::Object{};
    if (operation.verb == kRemove) {
        entries.as_object().erase(key);
    } else {
        entries[key] = std::move(value);
    }
    drop_if_empty(target.document, map);
    return {};
}

}  // namespace

std::string method_id(std::string_view resource_id, std::string_view verb) {
    std::string id(resource_id);
    id += '/';
    id += verb;
    return id;
}

Error integration_not_found() { return not_found("Invalid Integration identifier specified"); }
Error response_not_found() { return not_found("Invalid Response status code specified"); }

Result<json::Value> find_method(Transaction& transaction, const Call& call) {
    const Key key = key_of(call);
    if (auto method = transaction.find(Table::Methods, key)) return *std::move(method);
    const Key resource{key.scope, std::string(call.input.text("resourceId"))};
    if (!transaction.exists(Table::Resources, resource)) {
        return not_found("Invalid Resource identifier specified");
    }
    return not_found("Invalid Method identifier specified");
}

Result<json::Value> lock_method(Transaction& transaction, const Call& call) {
    transaction.lock(Table::RestApis, call.input.text("restApiId"));
    return find_method(transaction, call);
}

Result<json::Value> save_method(Transaction& transaction, const Call& call,
                                const json::Value& method, json::Value answer) {
    if (auto checked = check_method_size(method); !checked) return checked.error();
    transaction.update(Table::Methods, key_of(call), method);
    return answer;
}

Result<void> check_method_size(const json::Value& method) {
    return check_document_size(method, kMethodBytesMax);
}

Result<void> check_models(Transaction& transaction, std::string_view api_id,
                          const json::Object& by_content_type) {
    for (const auto& [type, model] : by_content_type) {
        const std::string name = model.is_string() ? model.as_string() : "null";
        if (name == kEmptyModel) continue;
        if (!transaction.exists(Table::Models, {std::string(api_id), name})) {
            return invalid("Invalid model identifier specified: " + name);
        }
    }
    return {};
}

bool is_method_verb(std::string_view verb) {
    return std::find(kVerbs.begin(), kVerbs.end(), verb) != kVerbs.end();
}

Error invalid_verb() {
    return invalid(
        "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,"
        "ANY");
}

Result<void> patch_parameter_flag(PatchTarget& target, const PatchOperation& operation) {
    return patch_entry(target, operation, operation.value_flag(), parameter_not_found);
}

Result<void> patch_model_name(PatchTarget& target, const PatchOperation& operation) {
    json::Value name = operation.value ? json::Value(*operation.value) : json::Value{};
    if (operation.verb != kRemove) {
        const json::Object entry{{operation.segments.back(), name}};
        auto checked = check_models(target.transaction, target.call.input.text("restApiId"), entry);
        if (!checked) return checked;
    }
    return patch_entry(target, operation, std::move(name), content_type_not_found);
}

Result<void> patch_parameter_text(PatchTarget& target, const PatchOperation& operation) {
    return patch_entry(target, operation, operation.value_text(), parameter_not_found);
}

Result<void> patch_template(PatchTarget& target, const PatchOperation& operation) {
    json::Value text =
        operation.value_text().empty() ? json::Value{} : json::Value(*operation.value);
    return patch_entry(target, operation, std::move(text), content_type_not_found);
}

}  // namespace turnpike::service
