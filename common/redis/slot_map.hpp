#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/redis/client.hpp"
#include "common/redis/slot.hpp"

namespace turnpike::redis {

/// A server as others of its cluster, or sentinels, name it.
struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
    auto operator<=>(const Endpoint&) const = default;
    std::string text() const { return host + ":" + std::to_string(port); }
};

/// Which master has which slots. A value.
class SlotMap {
public:
    SlotMap() { owners_.fill(kNobody); }

    /// Reads the answer to CLUSTER SLOTS. A server that does not know its own name leaves it out:
    /// it is then that of `asked`. Ranges of servers whose address nobody knows have no owner.
    /// Errors: Invalid, if it is no such answer, has no range, or too many masters.
    static Result<SlotMap> parse(const Reply& reply, const Endpoint& asked);

    /// Returns: null if nobody has the slot. Lifetime: until the map changes.
    const Endpoint* owner(std::uint16_t slot) const {
        return owners_[slot] == kNobody ? nullptr : &masters_[owners_[slot]];
    }
    /// Those that have slots, and perhaps one whose last slot moved away.
    const std::vector<Endpoint>& masters() const { return masters_; }
    bool has_master(const Endpoint& endpoint) const;
    /// Gives the slot another owner, as MOVED tells. Nothing happens beyond the bound of masters.
    void move(std::uint16_t slot, const Endpoint& to);

    /// Whether each slot has the same owner in both, and there are as many masters.
    bool is_same(const SlotMap& other) const;

private:
    static constexpr std::uint16_t kNobody = 0xFFFF;
    /// Returns: kNobody if there are too many already.
    std::uint16_t index_of(const Endpoint& endpoint);

    std::vector<Endpoint> masters_;
    std::array<std::uint16_t, kSlots> owners_{};
};

/// An error reply that sends a command to another server.
struct Redirection {
    bool is_moved = false;  ///< For good; else (ASK) for this command only.
    std::uint16_t slot = 0;
    Endpoint to;
};

/// Reads "MOVED 3999 127.0.0.1:6381" and "ASK …"; a missing host is that of `from`.
/// Returns: nothing for any other error, or if the place is not known.
std::optional<Redirection> parse_redirection(std::string_view error, const Endpoint& from);

}  // namespace turnpike::redis
