#include "data-plane/worker/key_cache.hpp"

#include "common/base/seeded_hash.hpp"
#include "common/crypto/digest.hpp"

namespace turnpike::worker {

std::size_t KeyCache::SeededHash::operator()(std::string_view value) const {
    return seeded_hash(value, seed);
}

bool KeyCache::ConstantTimeEqual::operator()(std::string_view a, std::string_view b) const {
    return a.size() == b.size() && crypto::constant_time_equal(a, b);
}

KeyCache::KeyCache(std::size_t entries_max, std::uint64_t seed)
    : entries_max_(entries_max), by_value_(16, SeededHash{seed}) {}

const KeyCache::Entry* KeyCache::find(std::string_view value, SteadyTime now) {
    const auto found = by_value_.find(value);
    if (found == by_value_.end()) return nullptr;
    const auto entry = found->second;
    if (entry->expires <= now) {
        erase(entry);
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return &*entry;
}

void KeyCache::put(Entry entry) {
    if (const auto found = by_value_.find(std::string_view(entry.value));
        found != by_value_.end()) {
        erase(found->second);
    }
    if (const auto found = by_lookup_.find(std::string_view(entry.lookup));
        found != by_lookup_.end()) {
        erase(found->second);
    }
    if (entries_.size() >= entries_max_) erase(std::prev(entries_.end()));
    entries_.push_front(std::move(entry));
    by_value_.emplace(entries_.front().value, entries_.begin());
    by_lookup_.emplace(entries_.front().lookup, entries_.begin());
}

void KeyCache::erase_lookup(std::string_view lookup) {
    if (const auto found = by_lookup_.find(lookup); found != by_lookup_.end()) erase(found->second);
}

void KeyCache::replace(std::string_view lookup, KeyRecord record) {
    const auto found = by_lookup_.find(lookup);
    if (found != by_lookup_.end()) found->second->record = std::move(record);
}

void KeyCache::erase(Entries::iterator entry) {
    by_value_.erase(std::string_view(entry->value));
    by_lookup_.erase(std::string_view(entry->lookup));
    crypto::wipe(entry->value);
    entries_.erase(entry);
}

void KeyCache::clear() {
    while (!entries_.empty()) erase(entries_.begin());
}

}  // namespace turnpike::worker
