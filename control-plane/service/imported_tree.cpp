#include "control-plane/service/imported_tree.hpp"

#include "control-plane/service/conventions.hpp"
#include "control-plane/service/method.hpp"
#include "control-plane/service/path_part.hpp"
#include "control-plane/service/rest_api.hpp"

namespace turnpike::service {
namespace {

/// "/pets" of "/pets/{id}", "/" of "/pets".
std::string_view parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? std::string_view("/") : path.substr(0, slash);
}

/// Both are variables, and take the same of a path.
bool is_same_variable(std::string_view part, std::string_view other) {
    return is_path_variable(part) && is_path_variable(other) &&
           is_greedy_variable(part) == is_greedy_variable(other);
}

/// "id" of "{id}" and "{id+}".
std::string name_of(std::string_view variable) {
    return std::string(
        variable.substr(1, variable.size() - (is_greedy_variable(variable) ? 3 : 2)));
}

}  // namespace

ImportedTree::ImportedTree(Transaction& transaction, const Call& call, std::string api_id)
    : transaction_(transaction), call_(call), api_id_(std::move(api_id)) {
    // By path, so parents come first.
    for (const Row& row : transaction.scan(Table::Resources, api_id_)) {
        const std::string path(row.document.text("path"));
        const std::string part(row.document.text("pathPart"));
        nodes_[path] = {row.key.id, part, {}};
        if (path != "/" && is_path_variable(part))
            nodes_[std::string(parent_of(path))].variable_child = part;
    }
    used_.insert("/");
}

Result<ImportedTree::Place> ImportedTree::ensure(std::string_view path) {
    Place place;
    if (path.ends_with('/')) path.remove_suffix(1);
    std::string reached = "/";
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(part.size());
        const std::string sibling = nodes_.at(reached).variable_child;
        if (is_same_variable(part, sibling) && part != sibling) {
            place.renamed.emplace_back(name_of(part), name_of(sibling));
            part = sibling;
        }
        std::string next = (reached == "/" ? "" : reached) + "/" + std::string(part);
        if (!nodes_.contains(next)) {
            if (auto made = make(reached, part); !made) return made.error();
        }
        used_.insert(next);
        reached = std::move(next);
    }
    place.resource_id = nodes_.at(reached).id;
    return place;
}

Result<std::string> ImportedTree::make(std::string_view parent_path, std::string_view path_part) {
    if (auto checked = check_path_part(path_part); !checked) return checked.error();
    Node& parent = nodes_.find(parent_path)->second;
    if (is_greedy_variable(parent.path_part)) return greedy_parent(parent.path_part);
    if (is_path_variable(path_part)) {
        if (!parent.variable_child.empty()) return variable_sibling(parent.variable_child);
        parent.variable_child = path_part;
    }
    if (static_cast<std::int64_t>(nodes_.size()) >= call_.installation.resources_per_api_max) {
        return resource_quota_reached();
    }
    const std::string id = new_part_id(transaction_, Table::Resources, api_id_);
    const std::string path =
        (parent_path == "/" ? "" : std::string(parent_path)) + "/" + std::string(path_part);
    transaction_.insert(
        Table::Resources, {api_id_, id},
        json::Object{{"id", id}, {"parentId", parent.id}, {"pathPart", path_part}, {"path", path}});
    nodes_[path] = {id, std::string(path_part), {}};
    return id;
}

void ImportedTree::erase_others() {
    for (const Row& row : transaction_.scan(Table::Resources, api_id_)) {
        if (used_.contains(row.document.text("path"))) continue;
        for (const auto& [verb, shown] : row.document.object("resourceMethods")) {
            transaction_.erase(Table::Methods, {api_id_, method_id(row.key.id, verb)});
        }
        transaction_.erase(Table::Resources, row.key);
    }
}

}  // namespace turnpike::service
