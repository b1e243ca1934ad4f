#pragma once

#include <span>
#include <string_view>

namespace turnpike::store {

/// One step of the schema, as in migrations/.
struct Migration {
    int number;  ///< From 1, without gaps.
    std::string_view name;
    std::string_view sql;
};

/// All that this program knows, in order. Generated from migrations/ when it is built.
std::span<const Migration> migrations();

}  // namespace turnpike::store
