#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "data-plane/worker/key_record.hpp"

namespace turnpike::worker {

/// What is known of some API key values, the longest unused forgotten first. Values are compared in
/// constant time and hashed with a secret seed, so that neither time nor collisions tell or cost
/// anything. Thread: one.
class KeyCache {
public:
    KeyCache(std::size_t entries_max, std::uint64_t seed);

    struct Entry {
        std::string value;
        std::string lookup;
        KeyRecord record;  ///< Null: there is no such key.
        SteadyTime expires = SteadyTime::max();
    };
    /// Returns: null if the value is not there or has expired. Lifetime: until the next change.
    const Entry* find(std::string_view value, SteadyTime now);
    void put(Entry entry);
    void erase_lookup(std::string_view lookup);
    /// Another record for the value with this HMAC, if that is here. Requires: not null.
    void replace(std::string_view lookup, KeyRecord record);
    void clear();
    std::size_t size() const { return entries_.size(); }

private:
    struct SeededHash {
        using is_transparent = void;
        std::uint64_t seed;
        std::size_t operator()(std::string_view value) const;
    };
    struct ConstantTimeEqual {
        using is_transparent = void;
        bool operator()(std::string_view a, std::string_view b) const;
    };
    using Entries = std::list<Entry>;  // most recently used first
    void erase(Entries::iterator entry);

    std::size_t entries_max_;
    Entries entries_;
    /// Keys are views of the entries' own texts.
    std::unordered_map<std::string_view, Entries::iterator, SeededHash, ConstantTimeEqual>
        by_value_;
    std::unordered_map<std::string_view, Entries::iterator> by_lookup_;
};

}  // namespace turnpike::worker
