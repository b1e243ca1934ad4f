#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "common/redis/client.hpp"
#include "tests/simulation/world.hpp"

namespace turnpike::test {

/// The one Redis of a world, and the network before it. What its commands do is up to who uses it.
/// Connections keep the order of commands and answers, as TCP does, may be slow, stall and break;
/// what was sent on one that broke may still be executed, also much later.
class VirtualRedis {
public:
    using Answer = Result<redis::Reply>;
    using Commands = std::function<Answer(const redis::Command&)>;

    /// Clients that are made from now on are its clients. One at a time.
    VirtualRedis(World& world, Commands commands);
    ~VirtualRedis();
    VirtualRedis(const VirtualRedis&) = delete;
    VirtualRedis& operator=(const VirtualRedis&) = delete;
    static VirtualRedis& current();

    World& world() { return world_; }
    Answer execute(const redis::Command& command, std::int64_t its_label) {
        const std::int64_t before = std::exchange(label, its_label);
        Answer answer = commands_(command);
        label = before;
        return answer;
    }

    /// It takes what is sent and does nothing with it for so long.
    void freeze(std::int64_t length_us) { frozen_until_us_ = world_.now_us() + length_us; }
    std::int64_t frozen_for_us() const { return frozen_until_us_ - world_.now_us(); }
    /// Connections break, and nobody can connect for so long.
    void kill(std::int64_t length_us);
    bool is_down() const { return world_.now_us() < down_until_us_; }

    /// Goes with every command that is sent from now on, so that who looks at it when it is
    /// executed knows whose it is.
    std::int64_t label = 0;

    Network network;
    /// Those who follow what is written (XREAD) hear nothing until then.
    std::int64_t followers_cut_until_us = 0;
    /// Before and after whatever a blocking call does; it may throw.
    std::function<void()> on_step = [] {};

    /// Who waits for what others write (XREAD BLOCK); to be called, and forgotten, when it is
    /// there.
    std::vector<std::function<void()>> blocked;
    void wake_blocked() {
        for (const auto& looks : std::exchange(blocked, {})) world_.after(0, looks);
    }

    /// Who has connections, by number.
    std::map<std::uint64_t, redis::ClientLoop*> clients;
    std::uint64_t clients_made = 0;

private:
    World& world_;
    Commands commands_;
    std::int64_t frozen_until_us_ = 0;
    std::int64_t down_until_us_ = 0;
};

redis::Reply integer_reply(std::int64_t number);
redis::Reply text_reply(std::string_view text);
redis::Reply array_reply(std::vector<redis::Reply> elements);

}  // namespace turnpike::test
