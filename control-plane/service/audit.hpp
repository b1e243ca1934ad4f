#pragma once

#include <string_view>

#include "control-plane/service/operation.hpp"

namespace turnpike::service {

/// Puts who did what on record: {"time", "principal", "accessKeyId", "operation", "resource",
/// "created", "sourceAddress"}; "created" is the id of what `answer` tells that was made. In the
/// operation's own transaction, so that a change and its entry stand or fall together.
/// Returns: the entry.
json::Value record_change(Transaction& transaction, const Call& call, std::string_view operation,
                          const json::Value& answer);

/// Removes entries of the audit, and counts of requests, that are older than the installation keeps
/// them. Called with some of the changes; a sweep of its own would need somebody who is elected.
void forget_old_records(Transaction& transaction, const Call& call);

}  // namespace turnpike::service
