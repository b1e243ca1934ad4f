#include "data-plane/cache/memory_cache.hpp"

#include "data-plane/cache/limits.hpp"

namespace turnpike::cache {

std::size_t MemoryCache::cost_of(const Entry& entry) {
    return limits::kEntryOverhead + entry.key.size() + entry.id.size() + entry.response->bytes();
}

const MemoryCache::Entry* MemoryCache::find(std::string_view key, SteadyTime now) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    const Place place = found->second;
    if (now >= place->kept_until) {
        erase(place);
        return nullptr;
    }
    if (place != entries_.begin()) entries_.splice(entries_.begin(), entries_, place);
    return &*place;
}

void MemoryCache::put(Entry entry) {
    if (const auto found = by_key_.find(entry.key); found != by_key_.end()) {
        if (found->second->began > entry.began) return;
        erase(found->second);
    }
    // An id belongs to one key; a second one would leave an index without its entry.
    erase_id(entry.id);
    const std::size_t cost = cost_of(entry);
    if (cost > bytes_max_ / 8) return;
    while (bytes_ + cost > bytes_max_) erase(std::prev(entries_.end()));
    entries_.push_front(std::move(entry));
    bytes_ += cost;
    by_key_.emplace(entries_.front().key, entries_.begin());
    by_id_.emplace(entries_.front().id, entries_.begin());
}

void MemoryCache::erase_id(std::string_view id) {
    if (const auto found = by_id_.find(id); found != by_id_.end()) erase(found->second);
}

void MemoryCache::clear() {
    by_key_.clear();
    by_id_.clear();
    entries_.clear();
    bytes_ = 0;
}

void MemoryCache::erase(Place place) {
    bytes_ -= cost_of(*place);
    by_key_.erase(place->key);
    by_id_.erase(place->id);
    entries_.erase(place);
}

}  // namespace turnpike::cache
