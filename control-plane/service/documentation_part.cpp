#include "control-plane/service/documentation_part.hpp"

#include <array>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/documentation_gaps.hpp"
#include "control-plane/service/documentation_location.hpp"
#include "control-plane/service/patch.hpp"

namespace turnpike::service {

namespace {

Result<json::Value> find_part(Transaction& transaction, const Call& call) {
    auto part = transaction.find(Table::DocumentationParts,
                                 {std::string(call.input.text("restApiId")),
                                  std::string(call.input.text("documentationPartId"))});
    if (!part) return not_found("Invalid Documentation part identifier specified");
    return *std::move(part);
}

Result<json::Value> create_part(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    auto part = new_documentation_part(call.input);
    if (!part) return part;
    const std::int64_t quota = call.installation.documentation_parts_per_api_max;
    const std::int64_t held = transaction.count(Table::DocumentationParts, api_id, quota);
    if (auto checked = check_documentation_quota(call, held, 1); !checked) return checked.error();
    const std::string id = new_part_id(transaction, Table::DocumentationParts, api_id);
    (*part)["id"] = id;
    if (!transaction.insert(Table::DocumentationParts, {api_id, id}, *part)) {
        return conflict("Documentation part already exists for the specified location: " +
                        location_text(*part->find("given")) + ".");
    }
    return shown_documentation_part(*part);
}

Result<json::Value> get_part(Transaction& transaction, const Call& call) {
    const auto part = find_part(transaction, call);
    if (!part) return part;
    return shown_documentation_part(*part);
}

Filter filter_of(const Call& call) {
    Filter filter;
    json::Object location;
    for (const std::string_view member : {"type", "path"}) {
        if (const auto text = call.input.text(member); !text.empty()) location.set(member, text);
    }
    if (!location.empty()) filter.contains = json::Object{{"location", std::move(location)}};
    if (const auto name = call.input.text("nameQuery"); !name.empty()) filter.name_prefix = name;
    return filter;
}

Result<json::Value> get_parts(Transaction& transaction, const Call& call) {
    if (call.input.text("locationStatus") == "UNDOCUMENTED") {
        if (const auto api = find_rest_api(transaction, call); !api) return api;
        return page_answer(undocumented_page(transaction, call));
    }
    auto page = list_of_rest_api(transaction, call, Table::DocumentationParts, filter_of(call));
    if (!page) return page.error();
    for (json::Value& part : page->items) part = shown_documentation_part(part);
    return page_answer(*std::move(page));
}

Result<void> patch_properties(PatchTarget& target, const PatchOperation& operation) {
    if (auto checked = check_documentation_properties(operation.value_text()); !checked) {
        return checked;
    }
    target.document["properties"] = operation.value_text();
    return {};
}

constexpr std::array<PatchRule, 1> kRules{{{"/properties", kReplace, patch_properties}}};

Error refuse(const PatchOperation& operation, const PatchRule*) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/properties" : "");
}

Result<json::Value> update_part(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    const auto before = find_part(transaction, call);
    if (!before) return before;
    const auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after) return after;
    if (!(*after == *before)) {
        transaction.update(Table::DocumentationParts, {api_id, std::string(before->text("id"))},
                           *after);
    }
    return shown_documentation_part(*after);
}

Result<json::Value> delete_part(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    if (const auto api = find_rest_api(transaction, call); !api) return api;
    const auto part = find_part(transaction, call);
    if (!part) return part;
    transaction.erase(Table::DocumentationParts, {api_id, std::string(part->text("id"))});
    return json::Value(json::Object{});
}

constexpr std::array<Binding, 6> kBindings{{
    {"CreateDocumentationPart", create_part},
    {"GetDocumentationPart", get_part, Access::ReadRow},
    {"GetDocumentationParts", get_parts, Access::ReadRow},
    {"UpdateDocumentationPart", update_part},
    {"DeleteDocumentationPart", delete_part},
    {"ImportDocumentationParts", import_documentation_parts},
}};

}  // namespace

std::span<const Binding> documentation_part_bindings() { return kBindings; }

}  // namespace turnpike::service
