#pragma once

#include <span>

#include "common/base/result.hpp"
#include "control-plane/store/migrations.hpp"
#include "control-plane/store/session.hpp"
#include "control-plane/store/watchdog.hpp"

namespace turnpike::store {

/// Applies what is missing, each migration in a transaction of its own, while holding a lock that
/// keeps other processes waiting. Errors: Invalid (an applied migration reads differently now, or
/// there is one that this program does not know). Throws: service::StoreUnavailable.
Result<void> migrate(const Session::Options& options, Watchdog& watchdog,
                     std::span<const Migration> known);

}  // namespace turnpike::store
