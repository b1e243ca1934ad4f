#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "control-plane/service/transaction.hpp"

namespace turnpike::store {

/// How a table is listed; all are unique within a scope.
enum class ListOrder : std::uint8_t { Creation, NewestFirst, Path };

struct TableLayout {
    std::string_view name;
    ListOrder order = ListOrder::Creation;
    /// Besides its key it has a unique column that an update can clash with.
    bool has_unique_column = false;
    /// What a list reads of a row.
    std::string_view listed = "document";
};

const TableLayout& layout_of(service::Table table);

/// The statements of one table. $1 is the scope, $2 the id, $3 the document, where they are needed.
struct TableStatements {
    std::string find;
    std::string exists;
    std::string insert;
    std::string update;
    std::string erase;
    std::string erase_scope;
    std::string erase_before;  ///< $1: seconds since 1970
    std::string scan;          ///< id, document
    std::string count;         ///< $2: how many are enough
};
const TableStatements& statements_of(service::Table table);

/// What restricts a list; each adds its parameters in the order of the members.
struct ListShape {
    bool has_position = false;
    bool has_name_prefix = false;
    std::optional<std::string> member;
    bool has_contains = false;
};
/// Columns: document, then the sort key. Parameters: scope, limit, the position's sort key, name
/// prefix, member's value, contained document.
std::string list_statement(service::Table table, const ListShape& shape);

/// How many texts the sort key of a table has.
std::size_t sort_key_size(service::Table table);

}  // namespace turnpike::store
