#pragma once

#include <cstddef>
#include <optional>

#include "common/redis/client.hpp"

namespace turnpike::redis {

/// Where the first key of a command stands; nothing if it has none (PING, SCRIPT, EVAL with no
/// keys). The other keys of a command must lie in the same slot, or the server refuses it. Commands
/// that are not known here have their key first, as most of Redis's do.
std::optional<std::size_t> key_position(const Command& command);

}  // namespace turnpike::redis
