#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "common/redis/client.hpp"
#include "common/redis/loop.hpp"

namespace turnpike::redis {

/// A Client without a thread: it lives on the loop of the thread that uses it, with connections of
/// its own. No lock, no other thread is between a command and its socket; what is sent in one turn
/// of the loop goes out in one write to each server. For the rest as Client.
/// Thread: the loop's; it may be made and destroyed on another while the loop does not run.
class LocalClient {
public:
    /// Reads the authorities to trust if the address is one of TLS. Lifetime: `loop` outlives it.
    LocalClient(Options options, Loop& loop);
    /// Fails what is pending.
    ~LocalClient();
    LocalClient(const LocalClient&) = delete;
    LocalClient& operator=(const LocalClient&) = delete;

    /// Begins to connect, once. Before that nothing is answered.
    void start();
    bool has_started() const;
    /// Errors: as Client. The callback may come from within this call.
    void send(Command command, Client::Callback callback);

    bool is_cluster() const;
    /// Where a key lies in a cluster; 0 without one.
    std::uint16_t slot_of(std::string_view key) const;
    bool is_slot_connected(std::uint16_t slot) const;
    bool is_same_server(std::uint16_t one, std::uint16_t other) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace turnpike::redis
