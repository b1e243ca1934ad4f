#pragma once

#include "common/base/result.hpp"
#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::integration {

/// HTTP_PROXY: status, fields and body of the back end's answer pass, but for the fields that are
/// renamed or dropped on the way.
void pass_response(pipeline::Exchange& exchange);

/// Adds a field that a mapping set, renamed or left out as its name demands.
void add_mapped_field(pipeline::Exchange& exchange, const snapshot::ParameterMapping& mapping,
                      std::string_view value);

/// HTTP and MOCK: the integration response that the status selects gives status, fields and, if it
/// has a template, the body.
/// Errors: Invalid, with the log's reason in `message`, if none is selected, the selected one is
/// not declared by the method, or needs what this version cannot evaluate.
Result<void> map_selected_response(pipeline::Exchange& exchange);

}  // namespace turnpike::integration
