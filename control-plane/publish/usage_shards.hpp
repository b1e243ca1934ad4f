#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/redis/client.hpp"
#include "common/snapshot/published.hpp"
#include "control-plane/publish/usage_ledger.hpp"

namespace turnpike::publish {

/// The shards of usage in Redis, as the mover works on them; docs/limits.md is the schema. Every
/// method may fail with what redis::Client gives. Thread: any.
class UsageShards {
public:
    UsageShards(redis::Client& redis, snapshot::PublishedNames names, std::size_t fields_per_batch,
                Milliseconds timeout)
        : redis_(redis),
          names_(std::move(names)),
          fields_per_batch_(fields_per_batch),
          timeout_(timeout) {}

    /// What is under way of one shard.
    struct Taken {
        bool is_filled = false;  ///< False: the shard lost its memory.
        bool is_more = false;    ///< There are counts beyond this batch.
        WallTime redis_time;
        std::string batch;  ///< Empty: nothing is under way.
        std::vector<service::UsageCount> counts;
        /// Fields that say nothing this program knows.
        std::size_t unreadable = 0;
    };
    /// Puts counts aside as a batch, unless one is under way already, and tells what is.
    Result<Taken> take(unsigned shard);
    /// The same of every shard, in one trip. Returns: one result each, in order.
    Result<std::vector<Result<Taken>>> take_all();
    /// Forgets what was put aside, if it still is this batch.
    Result<void> drop(unsigned shard, std::string_view batch);

    enum class Shards : std::uint8_t { NotFilled, All };
    /// What the keys have used at least in the windows that have `moment`. Changes nothing outside
    /// of the window that has Redis's time, nor in other shards; never makes less of it.
    Result<void> put_back(const std::vector<QuotaUse>& uses, WallTime moment, Shards shards);
    /// To be called before anything is put back. Returns: what tells later that the shard did not
    /// lose its memory again.
    Result<std::string> begin_filling(unsigned shard);
    /// From now on units are granted, unless counts have come. Returns: false if they have.
    /// Errors: also Unavailable if memory was lost since begin_filling() gave `filling`.
    Result<bool> set_filled(unsigned shard, const std::string& filling);

private:
    redis::Command take_command(unsigned shard) const;
    /// Requires: all of the shard.
    redis::Command put_back_command(unsigned shard, const std::vector<QuotaUse>& uses,
                                    WallTime moment, Shards shards) const;

    redis::Client& redis_;
    snapshot::PublishedNames names_;
    std::size_t fields_per_batch_;
    Milliseconds timeout_;
};

}  // namespace turnpike::publish
