#pragma once

#include <cstdint>
#include <optional>

#include "common/redis/client.hpp"
#include "common/redis/slot_map.hpp"

namespace turnpike::redis {

/// Which server a sentinel takes for the master, and since which election.
struct MasterChoice {
    Endpoint endpoint;
    std::uint64_t epoch = 0;
    bool operator==(const MasterChoice&) const = default;
};

/// Reads the answers to SENTINEL GET-MASTER-ADDR-BY-NAME and SENTINEL MASTER. Without a readable
/// epoch it is 0. Returns: nothing if the first names no server.
std::optional<MasterChoice> parse_master(const Reply& address, const Reply& facts);

}  // namespace turnpike::redis
