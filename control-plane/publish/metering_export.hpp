#pragma once

#include "common/base/result.hpp"
#include "common/json/value.hpp"
#include "control-plane/publish/metering_ledger.hpp"

namespace turnpike::publish {

/// One page of what was sold in a month; behind GET /_turnpike/v1/usage. `input` has "month"
/// ("2026-11"), and may have "format" ("json" or "csv"), "limit" and "position". Returns:
/// "contentType", "body", and "position" if there is more. Errors: Invalid. Throws:
/// service::StoreUnavailable.
Result<json::Value> monthly_usage(MeteringLedger& ledger, const json::Value& input);

}  // namespace turnpike::publish
