#pragma once

#include <functional>
#include <string_view>

#include "common/http/field_list.hpp"
#include "common/snapshot/parameter_mapping.hpp"
#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::transform {

/// What a source gives for this request; several values joined with ",". Names of header fields are
/// compared without case. Lifetime: the exchange's.
/// Returns: empty if there is nothing; then the destination is left out.
/// Requires: a body that the source reads is there as a whole.
std::string_view value_of(pipeline::Exchange& exchange, const snapshot::ParameterSource& source);

/// A field of the caller's that no integration, mapping or template ever sees: it reads as absent.
/// Source: the reference, routing section 3.2.
bool is_hidden(http::KnownHeader known);

/// Calls `visit` for every value of a query parameter, decoded, in order.
void for_each_query_value(pipeline::Exchange& exchange, std::string_view name,
                          const std::function<void(std::string_view)>& visit);

/// The same for all parameters, with their names.
void for_each_query_parameter(
    pipeline::Exchange& exchange,
    const std::function<void(std::string_view name, std::string_view value)>& visit);

/// The value of a path parameter, decoded. Returns: a null view if the resource has none of that
/// name.
std::string_view path_value(pipeline::Exchange& exchange, std::string_view name);

/// The parameter takes the rest of the path, "{proxy+}".
bool is_greedy(const snapshot::CompiledResource& resource, std::string_view parameter);

}  // namespace turnpike::transform
