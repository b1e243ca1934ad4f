#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/clock.hpp"
#include "common/base/seeded_hash.hpp"
#include "data-plane/cache/response.hpp"

namespace turnpike::cache {

/// Entries of one reactor by key, bounded in bytes: what was not used for longest goes first. The
/// hash is seeded, so that callers cannot make keys collide. Thread: one.
class MemoryCache {
public:
    struct Entry {
        std::string key;
        std::string id;  ///< Under which Redis has it.
        std::shared_ptr<const Response> response;
        SteadyTime fresh_until;
        SteadyTime kept_until;  ///< Not before `fresh_until`.
        SteadyTime began{};     ///< The call of the back end that gave it.
    };

    explicit MemoryCache(std::size_t bytes_max, std::uint64_t seed = process_seed())
        : bytes_max_(bytes_max), by_key_(0, Hash{seed}), by_id_(0, Hash{seed}) {}

    /// Returns: null if there is none, or its time is over. Lifetime: until the next call that
    /// changes the cache.
    const Entry* find(std::string_view key, SteadyTime now);
    /// In place of the one there was, unless that is of a later call. One that takes more than an
    /// eighth of the cache is not kept.
    void put(Entry entry);
    void erase_id(std::string_view id);
    void clear();

    std::size_t bytes() const { return bytes_; }
    std::size_t size() const { return entries_.size(); }

private:
    using Place = std::list<Entry>::iterator;
    struct Hash {
        std::uint64_t seed;
        std::size_t operator()(std::string_view text) const { return seeded_hash(text, seed); }
    };
    using Index = std::unordered_map<std::string_view, Place, Hash>;

    static std::size_t cost_of(const Entry& entry);
    void erase(Place place);

    const std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::list<Entry> entries_;  // the last used first
    Index by_key_;              // views into the entries
    Index by_id_;
};

}  // namespace turnpike::cache
