#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/text.hpp"
#include "common/crypto/digest.hpp"

namespace turnpike::access {

/// Derived signing keys by access key, date, region and service. Holds at most two generations of
/// `entries_max` keys: what was not used during one generation is dropped with it. Thread: any.
class SigningKeyCache {
public:
    explicit SigningKeyCache(std::size_t entries_max = 1024) : entries_max_(entries_max) {}

    /// The cached key, if it was derived from `secret`.
    std::optional<crypto::Digest> find(std::string_view name, std::string_view secret);
    /// Only for keys that verified a signature: strangers must not fill the cache.
    void store(std::string_view name, std::string_view secret, const crypto::Digest& key);

    std::size_t size() const;

private:
    struct Entry {
        crypto::Digest secret_hash;
        crypto::Digest key;
    };
    using Generation = std::unordered_map<std::string, Entry, StringHash, std::equal_to<>>;
    void insert(std::string_view name, const Entry& entry);

    const std::size_t entries_max_;
    mutable std::mutex mutex_;
    Generation young_;
    Generation old_;
};

}  // namespace turnpike::access
