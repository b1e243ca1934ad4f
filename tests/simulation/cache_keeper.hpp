#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/virtual_redis.hpp"

namespace turnpike::test {

/// What Redis does with the commands of the response cache, in plain C++. A test of the scripts
/// themselves is in tests/integration/cache.
class CacheKeeper {
public:
    VirtualRedis::Answer execute(const redis::Command& command);
    /// It forgets everything.
    void empty();

    bool is_full = false;  ///< What writes fails: there is no memory.
    /// An entry was written, of this id.
    std::function<void(const std::string& id)> on_stored = [](const std::string&) {};
    /// From now on every feed finds it.
    std::function<void(const std::string& id)> on_told = [](const std::string&) {};

private:
    struct Value {
        std::string text;
        std::int64_t expires_us = 0;
    };
    const Value* find(const std::string& key);
    redis::Reply get(const std::string& key);
    redis::Reply store(const redis::Command& command);
    /// Returns: false if the entry finds no room.
    bool make_room(const std::string& prefix, const std::string& id, std::int64_t size,
                   std::int64_t most);
    void unlock(const std::string& key, const std::string& token);

    std::map<std::string, Value> values_;
    struct Indexed {
        std::int64_t expires_us;
        std::int64_t bytes;
    };
    std::map<std::string, Indexed> index_;  ///< Of the one stage that there is, by id.
    std::vector<std::string> replaced_;
    std::size_t forgotten_ = 0;  ///< Of those replaced.
};

}  // namespace turnpike::test
