#include "control-plane/store/tables.hpp"

#include <array>

#include "common/base/assert.hpp"

namespace turnpike::store {
namespace {

using service::Table;

constexpr std::array<TableLayout, 21> kLayouts = {{
    {"accounts", ListOrder::Creation},
    {"rest_apis", ListOrder::Creation},
    {"resources", ListOrder::Path, true},
    {"methods", ListOrder::Creation},
    {"models", ListOrder::Creation},
    {"deployments", ListOrder::Creation},
    {"stages", ListOrder::Creation},
    {"api_keys", ListOrder::NewestFirst},
    {"usage_plans", ListOrder::Creation},
    {"usage_plan_keys", ListOrder::NewestFirst},
    {"authorizers", ListOrder::Creation},
    {"request_validators", ListOrder::Creation},
    {"gateway_responses", ListOrder::Creation},
    {"documentation_parts", ListOrder::Creation, true},
    // The frozen parts are long and never shown.
    {"documentation_versions", ListOrder::Creation, false, "document - 'parts'"},
    {"client_certificates", ListOrder::Creation},
    {"vpc_links", ListOrder::Creation},
    {"domain_names", ListOrder::Creation},
    {"base_path_mappings", ListOrder::Creation},
    {"domain_name_access_associations", ListOrder::Creation},
    {"audit_entries", ListOrder::NewestFirst},
}};
static_assert(static_cast<std::size_t>(Table::AuditEntries) + 1 == kLayouts.size());

std::string order_by(ListOrder order) {
    switch (order) {
        case ListOrder::Creation:
            return " ORDER BY sequence";
        case ListOrder::NewestFirst:
            return " ORDER BY sequence DESC";
        case ListOrder::Path:
            return " ORDER BY path, id";
    }
    return {};
}

TableStatements make_statements(const TableLayout& layout) {
    const std::string name(layout.name);
    const std::string row = " WHERE scope = $1 AND id = $2";
    TableStatements statements;
    statements.find = "SELECT document FROM " + name + row;
    statements.exists = "SELECT 1 FROM " + name + row;
    statements.insert = "INSERT INTO " + name +
                        " (scope, id, document) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING";
    statements.update = "UPDATE " + name + " SET document = $3::jsonb" + row;
    statements.erase = "DELETE FROM " + name + row;
    statements.erase_scope = "DELETE FROM " + name + " WHERE scope = $1";
    statements.erase_before =
        "DELETE FROM " + name + " WHERE scope = '' AND (document ->> 'time')::bigint < $1::bigint";
    statements.scan =
        "SELECT id, document FROM " + name + " WHERE scope = $1" + order_by(layout.order);
    statements.count = "SELECT count(*) FROM (SELECT FROM " + name +
                       " WHERE scope = $1 LIMIT $2::bigint) AS counted";
    return statements;
}

std::array<TableStatements, kLayouts.size()> make_all_statements() {
    std::array<TableStatements, kLayouts.size()> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = make_statements(kLayouts[i]);
    return all;
}

bool is_member_name(std::string_view name) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return !name.empty() && name.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace

const TableLayout& layout_of(Table table) { return kLayouts[static_cast<std::size_t>(table)]; }

const TableStatements& statements_of(Table table) {
    static const auto all = make_all_statements();
    return all[static_cast<std::size_t>(table)];
}

std::size_t sort_key_size(Table table) { return layout_of(table).order == ListOrder::Path ? 2 : 1; }

std::string list_statement(Table table, const ListShape& shape) {
    const TableLayout& layout = layout_of(table);
    int next = 3;
    const auto parameter = [&next] { return '$' + std::to_string(next++); };
    std::string sql = "SELECT " + std::string(layout.listed) + ", ";
    sql += layout.order == ListOrder::Path ? "path, id" : "sequence";
    sql += " FROM " + std::string(layout.name) + " WHERE scope = $1";
    if (shape.has_position && layout.order == ListOrder::Path) {
        const std::string path = parameter();
        sql += " AND (path, id) > (" + path + ", " + parameter() + ')';
    } else if (shape.has_position) {
        sql += layout.order == ListOrder::NewestFirst ? " AND sequence < " : " AND sequence > ";
        sql += parameter() + "::bigint";
    }
    if (shape.has_name_prefix) sql += " AND (document ->> 'name') COLLATE \"C\" ^@ " + parameter();
    if (shape.member) {
        // In the text and not a parameter: the planner can use an index then. Comes from our rules.
        TURNPIKE_ASSERT(is_member_name(*shape.member));
        sql += " AND (document ->> '" + *shape.member + "') = " + parameter();
    }
    if (shape.has_contains) sql += " AND document @> " + parameter() + "::jsonb";
    return sql + order_by(layout.order) + " LIMIT $2::bigint";
}

}  // namespace turnpike::store
