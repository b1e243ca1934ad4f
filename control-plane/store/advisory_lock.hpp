#pragma once

#include <string>
#include <vector>

namespace turnpike::store::advisory_lock {

// Locks of the whole installation, as the two numbers of pg_advisory_lock(int, int). Locks on
// resources have one number and do not meet these.
inline const std::vector<std::string> kMigrations = {"21616", "1"};
inline const std::vector<std::string> kPublisher = {"21616", "2"};
inline const std::vector<std::string> kRootPrincipal = {"21616", "3"};

}  // namespace turnpike::store::advisory_lock
