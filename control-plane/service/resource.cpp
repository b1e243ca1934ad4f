#include <algorithm>
#include <array>
#include <map>

#include "control-plane/service/bindings.hpp"
#include "control-plane/service/conventions.hpp"
#include "control-plane/service/method.hpp"
#include "control-plane/service/patch.hpp"
#include "control-plane/service/path_part.hpp"
#include "control-plane/service/rest_api.hpp"

namespace turnpike::service {

namespace {

Error resource_not_found() { return not_found("Invalid Resource identifier specified"); }

bool is_root(const json::Value& resource) { return resource.find("parentId") == nullptr; }

/// An unknown API and an unknown resource are told apart by no item operation.
Result<json::Value> find_resource(Transaction& transaction, const Call& call,
                                  std::string_view resource_id) {
    const std::string api_id(call.input.text("restApiId"));
    auto found = transaction.find(Table::Resources, {api_id, std::string(resource_id)});
    if (!found) return resource_not_found();
    return *std::move(found);
}

/// "/pets" and "{id}" give "/pets/{id}".
std::string child_path(std::string_view parent_path, std::string_view path_part) {
    std::string path(parent_path == "/" ? std::string_view{} : parent_path);
    path += '/';
    path += path_part;
    return path;
}

/// `resource` may stand below `parent` under its path part.
Result<void> check_place(const std::vector<Row>& resources, const json::Value& parent,
                         const json::Value& resource) {
    const std::string_view path_part = resource.text("pathPart");
    if (is_greedy_variable(parent.text("pathPart"))) {
        return greedy_parent(parent.text("pathPart"));
    }
    const json::Value* variable = nullptr;
    for (const Row& row : resources) {
        const bool is_sibling =
            row.document.text("parentId") == parent.text("id") && row.key.id != resource.text("id");
        if (!is_sibling) continue;
        const std::string_view sibling_part = row.document.text("pathPart");
        if (sibling_part == path_part) {
            return conflict("Another resource with the same parent already has this name: " +
                            std::string(path_part));
        }
        if (is_path_variable(sibling_part)) variable = &row.document;
    }
    if (variable != nullptr && is_path_variable(path_part)) {
        return variable_sibling(variable->text("pathPart"));
    }
    return {};
}

Result<json::Value> create_resource(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    const auto parent = find_resource(transaction, call, call.input.text("parentId"));
    if (!parent) return parent;
    const std::string_view path_part = call.input.text("pathPart");
    if (auto checked = check_path_part(path_part); !checked) return checked.error();

    const std::string id = new_part_id(transaction, Table::Resources, api_id);
    json::Value resource = json::Object{{"id", id},
                                        {"parentId", parent->text("id")},
                                        {"pathPart", path_part},
                                        {"path", child_path(parent->text("path"), path_part)}};
    const std::vector<Row> resources = transaction.scan(Table::Resources, api_id);
    if (auto checked = check_place(resources, *parent, resource); !checked) return checked.error();
    if (static_cast<std::int64_t>(resources.size()) >= call.installation.resources_per_api_max) {
        return resource_quota_reached();
    }
    transaction.insert(Table::Resources, {api_id, id}, resource);
    return resource;
}

bool embeds_methods(const Call& call) {
    const json::Array& embed = call.input.array("embed");
    return std::find(embed.begin(), embed.end(), json::Value("methods")) != embed.end();
}

// resourceMethods holds empty objects unless the whole methods are asked for.

Result<json::Value> get_resource(Transaction& transaction, const Call& call) {
    auto resource = find_resource(transaction, call, call.input.text("resourceId"));
    if (!resource || !embeds_methods(call) || resource->object("resourceMethods").empty()) {
        return resource;
    }
    const std::string api_id(call.input.text("restApiId"));
    const std::string id(resource->text("id"));
    for (auto& [verb, shown] : (*resource)["resourceMethods"].as_object()) {
        if (auto method = transaction.find(Table::Methods, {api_id, method_id(id, verb)})) {
            shown = *std::move(method);
        }
    }
    return resource;
}

/// One read of all methods: a page of resources usually is all of them.
void embed_methods(Transaction& transaction, const std::string& api_id, json::Array& resources) {
    std::map<std::string, json::Value, std::less<>> methods;
    for (Row& row : transaction.scan(Table::Methods, api_id)) {
        methods.emplace(row.key.id, std::move(row.document));
    }
    for (json::Value& resource : resources) {
        if (resource.object("resourceMethods").empty()) continue;
        const std::string id(resource.text("id"));
        for (auto& [verb, shown] : resource["resourceMethods"].as_object()) {
            const auto method = methods.find(method_id(id, verb));
            if (method != methods.end()) shown = std::move(method->second);
        }
    }
}

Result<json::Value> get_resources(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    auto page = list_of_rest_api(transaction, call, Table::Resources);
    if (!page) return page.error();
    if (embeds_methods(call)) embed_methods(transaction, api_id, page->items);
    return page_answer(*std::move(page));
}

Result<void> patch_place(PatchTarget& target, const PatchOperation& operation) {
    const std::string& member = operation.segments.back();
    if (is_root(target.document)) {
        return invalid("Root resource cannot update its " + member + ".");
    }
    if (member == "pathPart") {
        if (auto checked = check_path_part(operation.value_text()); !checked) return checked;
    }
    target.document[member] = operation.value_text();
    return {};
}

constexpr std::array kRules{
    PatchRule{"/parentId", kReplace, patch_place},
    PatchRule{"/pathPart", kReplace, patch_place},
};

Error refuse(const PatchOperation& operation, const PatchRule* /*rule*/) {
    return refuse_with_list(operation, operation.verb == kReplace ? "/parentId, /pathPart" : "");
}

bool is_below(const json::Value& resource, std::string_view ancestor_path) {
    const std::string_view path = resource.text("path");
    if (ancestor_path == "/") return path != "/";
    return path.size() > ancestor_path.size() && path.starts_with(ancestor_path) &&
           path[ancestor_path.size()] == '/';
}

/// `moved` may stand where it now says, with everything that is below it.
Result<void> check_move(const std::vector<Row>& resources, const json::Value& before,
                        json::Value& moved) {
    const std::string_view parent_id = moved.text("parentId");
    const auto parent = std::find_if(resources.begin(), resources.end(),
                                     [&](const Row& row) { return row.key.id == parent_id; });
    if (parent == resources.end()) return resource_not_found();
    const bool is_cycle =
        parent->key.id == moved.text("id") || is_below(parent->document, before.text("path"));
    if (is_cycle) return invalid("Resources cannot be cyclical.");
    if (auto checked = check_place(resources, parent->document, moved); !checked) return checked;
    const bool has_children = std::any_of(resources.begin(), resources.end(), [&](const Row& row) {
        return row.document.text("parentId") == moved.text("id");
    });
    if (has_children && is_greedy_variable(moved.text("pathPart"))) {
        return greedy_parent(moved.text("pathPart"));
    }
    moved["path"] = child_path(parent->document.text("path"), moved.text("pathPart"));
    return {};
}

void rewrite_paths_below(Transaction& transaction, const std::vector<Row>& resources,
                         std::string_view old_path, std::string_view new_path) {
    for (const Row& row : resources) {
        if (!is_below(row.document, old_path)) continue;
        json::Value document = row.document;
        const std::string_view rest = row.document.text("path").substr(old_path.size());
        document["path"] = std::string(new_path) + std::string(rest);
        transaction.update(Table::Resources, row.key, document);
    }
}

Result<json::Value> update_resource(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    const auto before = find_resource(transaction, call, call.input.text("resourceId"));
    if (!before) return before;
    auto after = patched({kRules, refuse}, *before, transaction, call);
    if (!after || *after == *before) return after;

    const std::vector<Row> resources = transaction.scan(Table::Resources, api_id);
    if (auto checked = check_move(resources, *before, *after); !checked) return checked.error();
    transaction.update(Table::Resources, {api_id, std::string(after->text("id"))}, *after);
    rewrite_paths_below(transaction, resources, before->text("path"), after->text("path"));
    return after;
}

void erase_with_methods(Transaction& transaction, const Key& key, const json::Value& resource) {
    for (const auto& [verb, shown] : resource.object("resourceMethods")) {
        transaction.erase(Table::Methods, {key.scope, method_id(key.id, verb)});
    }
    transaction.erase(Table::Resources, key);
}

Result<json::Value> delete_resource(Transaction& transaction, const Call& call) {
    const std::string api_id(call.input.text("restApiId"));
    transaction.lock(Table::RestApis, api_id);
    const auto resource = find_resource(transaction, call, call.input.text("resourceId"));
    if (!resource) return resource;
    if (is_root(*resource)) return invalid("Root resource cannot be deleted.");

    const std::vector<Row> resources = transaction.scan(Table::Resources, api_id);
    // Listed by path, so backwards children go before their parents.
    for (auto row = resources.rbegin(); row != resources.rend(); ++row) {
        if (is_below(row->document, resource->text("path"))) {
            erase_with_methods(transaction, row->key, row->document);
        }
    }
    erase_with_methods(transaction, {api_id, std::string(resource->text("id"))}, *resource);
    return json::Value(json::Object{});
}

constexpr std::array kBindings{
    Binding{"CreateResource", create_resource},
    Binding{"GetResource", get_resource, Access::ReadRow},
    Binding{"GetResources", get_resources, Access::ReadRow},
    Binding{"UpdateResource", update_resource},
    Binding{"DeleteResource", delete_resource},
};

}  // namespace

std::span<const Binding> resource_bindings() { return kBindings; }

Error greedy_parent(std::string_view path_part) {
    return invalid("Cannot create a child of a resource with a greedy path variable: " +
                   std::string(path_part));
}

Error variable_sibling(std::string_view path_part) {
    return invalid("A sibling (" + std::string(path_part) +
                   ") of this resource already has a variable path part -- only one is allowed");
}

Error resource_quota_reached() {
    return limit_exceeded("Maximum number of resources for this API has been reached.");
}

}  // namespace turnpike::service
