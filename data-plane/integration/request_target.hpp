#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "data-plane/pipeline/exchange.hpp"

namespace turnpike::integration {

/// Joins the integration's URI for this request and sets origin and target of the integration
/// request: {name} placeholders from mapped path parameters (percent-encoded; "/" stays for
/// {name+}), then the query string of the URI, the caller's (HTTP_PROXY only) and the mapped one.
/// Errors: Invalid if that gives no usable address.
/// Source: the reference, routing section 3.
Result<void> build_target(pipeline::Exchange& exchange);

}  // namespace turnpike::integration
