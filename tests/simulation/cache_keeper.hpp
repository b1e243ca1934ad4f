#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/virtual_redis.hpp"

namespace turnpike::test {

/// What Redis does with the commands of the response cache, in plain C++. A test of the scripts
/// themselves is in tests/integration/cache.
class CacheKeeper {
public:
    struct Value {
        std::string text;
        std::int64_t expires_us = 0;
    };
    struct Indexed {
        std::int64_t expires_us;
        std::int64_t bytes;
    };
    struct Replaced {
        std::int64_t number;
        std::string id;
    };
    /// All that it knows.
    struct Memory {
        std::map<std::string, Value> values;
        std::map<std::string, Indexed> index;  ///< Of the one stage that there is, by id.
        std::vector<Replaced> replaced;
    };
    VirtualRedis::Answer execute(const redis::Command& command);
    /// It forgets everything.
    void empty() { memory_ = {}; }
    const Memory& memory() const { return memory_; }
    /// Another one takes its place that was a copy of it.
    void become(Memory copy) { memory_ = std::move(copy); }

    bool is_full = false;  ///< What writes fails: there is no memory.
    /// An entry was written, of this id.
    std::function<void(const std::string& id)> on_stored = [](const std::string&) {};
    /// From now on every feed finds it.
    std::function<void(const std::string& id)> on_told = [](const std::string&) {};

private:
    const Value* find(const std::string& key);
    redis::Reply get(const std::string& key);
    redis::Reply store(const redis::Command& command);
    /// Returns: false if the entry finds no room.
    bool make_room(const std::string& prefix, const std::string& id, std::int64_t size,
                   std::int64_t most);
    void unlock(const std::string& key, const std::string& token);

    Memory memory_;
    /// Of what was replaced. By the clock, so they grow whatever is forgotten.
    std::int64_t last_number_ = 0;
};

}  // namespace turnpike::test
