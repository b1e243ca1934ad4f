#pragma once

#include "common/base/result.hpp"
#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::integration {

/// HTTP_PROXY: status, fields and body of the back end's answer pass, but for the fields that are
/// renamed or dropped on the way.
void pass_response(pipeline::Exchange& exchange);

/// HTTP and MOCK: the integration response that the status selects.
/// Errors: Invalid, with the log's reason in `message`, if none is selected, or the method does not
/// declare it.
Result<const snapshot::CompiledIntegrationResponse*> select_response(pipeline::Exchange& exchange);

/// Whether the back end's body has to be collected before map_selected_response().
bool reads_answer(pipeline::Exchange& exchange,
                  const snapshot::CompiledIntegrationResponse& selected);

/// Status, fields and body of the answer to the caller.
/// Errors: Invalid, with the log's reason in `message`, for base64 that is none, a binary body that
/// meets a template, a template that fails; LimitExceeded.
Result<void> map_selected_response(pipeline::Exchange& exchange,
                                   const snapshot::CompiledIntegrationResponse& selected);

}  // namespace turnpike::integration
