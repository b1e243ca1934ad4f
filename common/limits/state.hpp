#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/limits/bucket.hpp"
#include "common/limits/quota.hpp"
#include "common/limits/window.hpp"

/// What lies in Redis of a bucket or a quota, read by somebody who takes nothing of it; the schema
/// is docs/limits.md. Pure: who uses it carries the script to Redis and the reply back.
namespace turnpike::limits {

/// KEYS: a bucket; or a quota, and its shard's since. Changes nothing. Returns texts: Redis's time
/// (us since 1970), "0" if the shard lost its memory, then the hash's fields and values in turn.
extern const std::string_view kStateScript;

/// The reply of kStateScript.
struct StoredState {
    std::int64_t now_us = 0;
    bool is_filled = true;
    std::vector<std::pair<std::string, std::string>> fields;  ///< Empty: there is no such key.
};
/// Returns: nothing if it is not of the script's form.
std::optional<StoredState> stored_state(std::span<const std::string_view> words);

/// Of a bucket, at the moment at which it was read.
struct BucketState {
    std::int64_t tokens = 0;  ///< Whole ones that nobody holds; never negative.
    std::int64_t held = 0;    ///< By workers, for requests to come.
};
BucketState bucket_state(const BucketLimit& limit, const StoredState& stored);

/// Of one key's quota, at the moment at which it was read.
struct QuotaState {
    QuotaWindow window;
    std::int64_t allowance = 0;  ///< Of the window, with what an operator granted.
    std::int64_t used = 0;
    std::int64_t held = 0;  ///< By workers, not counted as used; some may be used meanwhile.
    std::int64_t remaining() const { return used < allowance ? allowance - used : 0; }
};
/// Nothing if the terms have no known period. What is stored of another window does not count.
std::optional<QuotaState> quota_state(const QuotaTerms& terms, const StoredState& stored);

/// What the window allows: the limit, less the offset in the first one, plus what was granted.
std::int64_t allowance_of(const QuotaTerms& terms, const QuotaWindow& window);

}  // namespace turnpike::limits
