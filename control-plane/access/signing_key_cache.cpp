#include "control-plane/access/signing_key_cache.hpp"

#include <utility>

namespace turnpike::access {

std::optional<crypto::Digest> SigningKeyCache::find(std::string_view name,
                                                    std::string_view secret) {
    const crypto::Digest secret_hash = crypto::sha256(secret);
    const std::lock_guard lock(mutex_);
    if (const auto found = young_.find(name); found != young_.end()) {
        if (found->second.secret_hash != secret_hash) return std::nullopt;
        return found->second.key;
    }
    const auto found = old_.find(name);
    if (found == old_.end() || found->second.secret_hash != secret_hash) return std::nullopt;
    const Entry entry = found->second;
    insert(name, entry);
    return entry.key;
}

void SigningKeyCache::store(std::string_view name, std::string_view secret,
                            const crypto::Digest& key) {
    const Entry entry{crypto::sha256(secret), key};
    const std::lock_guard lock(mutex_);
    insert(name, entry);
}

void SigningKeyCache::insert(std::string_view name, const Entry& entry) {
    if (young_.size() >= entries_max_) old_ = std::exchange(young_, {});
    young_.insert_or_assign(std::string(name), entry);
}

std::size_t SigningKeyCache::size() const {
    const std::lock_guard lock(mutex_);
    return young_.size() + old_.size();
}

}  // namespace turnpike::access
