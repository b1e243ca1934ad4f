#pragma once

#include <functional>
#include <string_view>

#include "common/http/field_list.hpp"
#include "common/snapshot/parameter_mapping.hpp"
#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::integration {

/// What a source gives for this request; several values joined with ",". Names of header fields are
/// compared without case. Lifetime: the exchange's.
/// Returns: empty if there is nothing; then the destination is left out.
/// Requires: not a source that reads a body.
std::string_view value_of(pipeline::Exchange& exchange, const snapshot::ParameterSource& source);

/// Whether the source reads a body, which this version cannot map.
bool reads_body(const snapshot::ParameterSource& source);

/// Calls `visit` for every value of a query parameter, decoded, in order.
void for_each_query_value(pipeline::Exchange& exchange, std::string_view name,
                          const std::function<void(std::string_view)>& visit);

/// The value of a path parameter, decoded. Returns: a null view if the resource has none of that
/// name.
std::string_view path_value(pipeline::Exchange& exchange, std::string_view name);

/// The parameter takes the rest of the path, "{proxy+}".
bool is_greedy(const snapshot::CompiledResource& resource, std::string_view parameter);

}  // namespace turnpike::integration
