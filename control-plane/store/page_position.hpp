#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/transaction.hpp"

namespace turnpike::store {

/// Where a page ended: the sort key of its last row, so that rows that come or go meanwhile neither
/// repeat nor hide others. Opaque to clients, and the same text after URL encoding.
struct PagePosition {
    std::vector<std::string> sort_key;
};

std::string encode(service::Table table, const PagePosition& position);
/// Returns: nothing if the text was not made by encode() for this table.
std::optional<PagePosition> decode(service::Table table, std::string_view text);

}  // namespace turnpike::store
