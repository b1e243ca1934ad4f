#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "common/redis/request.hpp"
#include "common/redis/server_link.hpp"
#include "common/redis/url.hpp"

namespace turnpike::redis {

/// Chooses the server for each command, and keeps the connections that this takes.
/// Thread: the loop's. Each request is answered exactly once.
class Director : public ServerLink::Listener {
public:
    Director() = default;
    Director(const Director&) = delete;
    Director& operator=(const Director&) = delete;

    virtual void start() = 0;
    /// Goes out with the next push().
    virtual void submit(Request request) = 0;
    virtual void push() = 0;
    /// Closes everything; all that waits is answered with `error`. Nothing may follow.
    virtual void stop(const Error& error) = 0;
    /// Whether what is submitted now has a server. Thread: any.
    bool is_connected() const { return is_connected_.load(std::memory_order_relaxed); }
    /// The same of what lies in this slot. Thread: any.
    virtual bool is_slot_connected(std::uint16_t) const { return is_connected(); }
    /// A number that slots of the same server share, for now. Thread: any.
    virtual std::uint16_t server_of(std::uint16_t) const { return 0; }

protected:
    void set_connected(bool is_connected) {
        is_connected_.store(is_connected, std::memory_order_relaxed);
    }

private:
    std::atomic<bool> is_connected_ = false;
};

std::unique_ptr<Director> make_director(const Surroundings& surroundings, Target target,
                                        const Options& options);

}  // namespace turnpike::redis
