#pragma once

#include <string_view>

namespace turnpike::store::advisory_lock {

// Locks of the whole installation, as the arguments of pg_advisory_lock(int, int). Locks on
// resources have one number and do not meet these.
inline constexpr std::string_view kMigrations = "(21616, 1)";
inline constexpr std::string_view kPublisher = "(21616, 2)";
inline constexpr std::string_view kRootPrincipal = "(21616, 3)";

}  // namespace turnpike::store::advisory_lock
