#include "data-plane/worker/explained_writer.hpp"

namespace turnpike::worker {
namespace {

constexpr std::size_t kPendingMax = 64;
constexpr std::string_view kKept = "1000";
constexpr Milliseconds kKeptFor{3'600'000};

/// Keys: ids by time, documents by id. Arguments: time, id, document, time of the oldest to keep,
/// how many to keep.
constexpr std::string_view kScript = R"(
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
local function drop(ids)
  for _, id in ipairs(ids) do
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
  end
end
drop(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[4]))
drop(redis.call('ZRANGE', KEYS[1], 0, -1 - tonumber(ARGV[5])))
redis.call('EXPIRE', KEYS[1], 3600)
redis.call('EXPIRE', KEYS[2], 3600)
return 1)";

}  // namespace

ExplainedWriter::ExplainedWriter(redis::Client& redis, snapshot::PublishedNames names)
    : redis_(redis), names_(std::move(names)) {}

void ExplainedWriter::write(std::string request_id, WallTime time, std::string document) {
    if (state_->pending.fetch_add(1) >= kPendingMax) {
        state_->pending.fetch_sub(1);
        state_->lost.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    redis::Command command{"EVAL",
                           std::string(kScript),
                           "2",
                           names_.explained_ids(),
                           names_.explained_documents(),
                           std::to_string(epoch_milliseconds(time)),
                           std::move(request_id),
                           std::move(document),
                           std::to_string(epoch_milliseconds(time - kKeptFor)),
                           std::string(kKept)};
    redis_.send(std::move(command), [state = state_](const Result<redis::Reply>& reply) {
        state->pending.fetch_sub(1);
        if (!reply) state->lost.fetch_add(1, std::memory_order_relaxed);
    });
}

}  // namespace turnpike::worker
