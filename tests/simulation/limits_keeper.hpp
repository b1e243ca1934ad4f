#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/limits/bucket.hpp"
#include "tests/simulation/quota_keeper.hpp"
#include "tests/simulation/virtual_redis.hpp"

namespace turnpike::test {

/// What Redis does with the scripts of limits and of usage, in plain C++. The scripts are compared
/// with limits::Bucket and QuotaKeeper in tests/integration/limits, and tried in
/// tests/integration/publish.
class LimitsKeeper {
public:
    VirtualRedis::Answer execute(const redis::Command& command);
    /// It forgets everything.
    void empty();

    /// A shard, by the key of its `since`, needs no filling.
    void set_filled(const std::string& since) { since_.insert(since); }
    /// Requests in reports of the last so many microseconds: who sent them may not know yet that
    /// they came.
    std::int64_t reported_within(std::int64_t length_us) const;

    /// Requests that were reported between two times of Redis's clock.
    std::int64_t reported_between(std::int64_t from_us, std::int64_t to_us) const;
    /// A quota was told what was used of it, by what the database has; of a plan that is new.
    std::function<void(std::int64_t used)> on_begun = [](std::int64_t) {};

    /// Who reports that it is alive.
    std::int64_t workers = 1;

    /// By key.
    std::map<std::string, limits::Bucket> buckets;
    std::map<std::string, QuotaKeeper> quotas;
    /// What each lessee was last told is left of a quota, and the time before; by its id.
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> told_left;
    /// Requests that lie here, moved or not; `is_moved`: whether a batch was taken over.
    std::int64_t counted(const std::function<bool(const std::string& batch)>& is_moved) const;

private:
    using Words = std::span<const std::string>;
    VirtualRedis::Answer run(const std::string& sha1, Words keys, Words words);
    redis::Reply ask_bucket(Words keys, Words words);
    redis::Reply ask_quota(Words keys, Words words);
    redis::Reply report(Words keys, Words words);
    redis::Reply take(Words keys, Words words);
    redis::Reply drop(Words keys, Words words);
    redis::Reply put_back(Words keys, Words words);
    redis::Reply begin_filling(const redis::Command& command);
    redis::Reply set_filled(Words keys, Words words);

    std::set<std::string> since_;
    std::map<std::string, std::map<std::string, std::int64_t>> hashes_;
    std::map<std::string, std::string> batches_;  ///< By key of what is moving.
    std::map<std::string, std::string> filling_;
    std::set<std::string> scripts_;
    struct Reported {
        std::int64_t at_us;
        std::int64_t requests;
    };
    std::vector<Reported> reported_;
};

}  // namespace turnpike::test
