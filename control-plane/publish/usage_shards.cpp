#include "control-plane/publish/usage_shards.hpp"

#include <array>
#include <optional>

#include "common/base/random.hpp"
#include "common/base/text.hpp"

namespace turnpike::publish {

namespace {

constexpr std::size_t kBatchCharacters = 20;
constexpr std::string_view kBatchField = "batch";
constexpr std::size_t kQuotasPerScript = 500;
/// Far beyond what one key can be asked for in an hour; what is more was not counted by a worker.
constexpr std::int64_t kCountMax = std::int64_t{1} << 40U;
/// Days have a calendar to 2200.
constexpr std::int64_t kHoursMax = 2'000'000;
constexpr std::int64_t kHoursPerDay = 24;

// KEYS: since, counts, moving. ARGV: name for a batch, its fields at most. A long hash is taken in
// parts, so that Redis is not held up and one transaction can take the batch.
// Returns: whether the shard is filled, Redis's time, whether there is more, then the batch.
constexpr std::string_view kTakeScript = R"(
if redis.call('EXISTS', KEYS[3]) == 0 then
  local length, most = redis.call('HLEN', KEYS[2]), tonumber(ARGV[2])
  if length > most then
    local cursor, taken = '0', 0
    repeat
      local page = redis.call('HSCAN', KEYS[2], cursor, 'COUNT', math.min(most, 500))
      cursor = page[1]
      for i = 1, #page[2], 2 do
        if redis.call('HDEL', KEYS[2], page[2][i]) == 1 then
          redis.call('HSET', KEYS[3], page[2][i], page[2][i + 1])
          taken = taken + 1
        end
      end
    until cursor == '0' or taken >= most
  elseif length > 0 then
    redis.call('RENAME', KEYS[2], KEYS[3])
  end
end
local batch = {}
if redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('HSETNX', KEYS[3], 'batch', ARGV[1])
  batch = redis.call('HGETALL', KEYS[3])
end
return {redis.call('EXISTS', KEYS[1]), tonumber(redis.call('TIME')[1]),
        redis.call('EXISTS', KEYS[2]), batch}
)";

// KEYS: moving. ARGV: batch.
constexpr std::string_view kDropScript = R"(
if redis.call('HGET', KEYS[1], 'batch') == ARGV[1] then return redis.call('UNLINK', KEYS[1]) end
return 0
)";

// KEYS: since, quotas. ARGV: whether a shard that is filled is meant too, then three for each
// quota: start of the window, its end (s), used. Of what lessees hold they may have reported some
// as usage, and tell the quota later: it is not to count twice, so it is taken off.
constexpr std::string_view kPutBackScript = R"(
local function used_and_held(quota)
  local used, held = 0, 0
  local fields = redis.call('HGETALL', quota)
  for i = 1, #fields, 2 do
    if fields[i] == 'used' then used = tonumber(fields[i + 1]) end
    if string.sub(fields[i], 1, 2) == 'h:' then
      held = held + tonumber(string.match(fields[i + 1], '^%d+'))
    end
  end
  return used, held
end
if ARGV[1] == '0' and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local now = tonumber(redis.call('TIME')[1])
for i = 2, #KEYS do
  local start, last, used = ARGV[3 * i - 4], ARGV[3 * i - 3], ARGV[3 * i - 2]
  local is_same = redis.call('HGET', KEYS[i], 'w') == start
  local known, held = 0, 0
  if is_same then known, held = used_and_held(KEYS[i]) end
  local is_known = is_same and known + held >= tonumber(used)
  if now >= tonumber(start) and now < tonumber(last) and not is_known then
    if not is_same then redis.call('DEL', KEYS[i]) end
    redis.call('HSET', KEYS[i], 'w', start, 'used', string.format('%.0f', used - held))
    redis.call('EXPIREAT', KEYS[i], last + 3600)
  end
end
return 1
)";

// KEYS: since, counts, moving, filling. ARGV: what filling has to be, or what was put back is gone.
constexpr std::string_view kFilledScript = R"(
if redis.call('EXISTS', KEYS[2], KEYS[3]) > 0 then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
if redis.call('GET', KEYS[4]) ~= ARGV[1] then return -1 end
redis.call('DEL', KEYS[4])
local time = redis.call('TIME')
redis.call('SET', KEYS[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), 'NX')
return 1
)";

/// "<plan id>/<key id>/<hours since 1970>" -> requests.
std::optional<service::UsageCount> count_of(const std::string& field, const std::string& value) {
    const std::vector<std::string_view> parts = split(field, '/');
    const auto used = parse_integer(value);
    if (parts.size() != 3 || !used || *used < 0 || *used > kCountMax) return std::nullopt;
    const auto hours = parse_integer(parts[2]);
    if (!hours || *hours < 0 || *hours > kHoursMax) return std::nullopt;
    const CalendarDay day{std::chrono::days(*hours / kHoursPerDay)};
    return service::UsageCount{std::string(parts[0]), std::string(parts[1]), day,
                               static_cast<int>(*hours % kHoursPerDay), *used};
}

Result<UsageShards::Taken> taken_of(const Result<redis::Reply>& reply) {
    if (!reply) return reply.error();
    if (reply->elements.size() != 4) return internal_error("Redis gave no batch");
    UsageShards::Taken taken;
    taken.is_filled = reply->elements[0].integer != 0;
    taken.redis_time = WallTime(Seconds(reply->elements[1].integer));
    taken.is_more = reply->elements[2].integer != 0;
    const std::vector<redis::Reply>& fields = reply->elements[3].elements;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (fields[i].text == kBatchField) {
            taken.batch = fields[i + 1].text;
        } else if (auto count = count_of(fields[i].text, fields[i + 1].text)) {
            taken.counts.push_back(*std::move(count));
        } else {
            ++taken.unreadable;
        }
    }
    return taken;
}

}  // namespace

redis::Command UsageShards::take_command(unsigned shard) const {
    return {"EVAL",
            std::string(kTakeScript),
            "3",
            names_.usage_since(shard),
            names_.usage_counts(shard),
            names_.usage_moving(shard),
            random_id(kBatchCharacters),
            std::to_string(fields_per_batch_)};
}

Result<UsageShards::Taken> UsageShards::take(unsigned shard) {
    return taken_of(redis_.call(take_command(shard), timeout_));
}

Result<std::vector<Result<UsageShards::Taken>>> UsageShards::take_all() {
    std::vector<redis::Command> commands;
    for (unsigned shard = 0; shard < snapshot::kUsageShards; ++shard) {
        commands.push_back(take_command(shard));
    }
    const auto replies = redis_.pipeline(std::move(commands), timeout_);
    if (!replies) return replies.error();
    std::vector<Result<Taken>> taken;
    for (const Result<redis::Reply>& reply : *replies) taken.push_back(taken_of(reply));
    return taken;
}

Result<void> UsageShards::drop(unsigned shard, std::string_view batch) {
    const auto dropped = redis_.call(
        {"EVAL", std::string(kDropScript), "1", names_.usage_moving(shard), std::string(batch)},
        timeout_);
    if (!dropped) return dropped.error();
    return {};
}

redis::Command UsageShards::put_back_command(unsigned shard, const std::vector<QuotaUse>& uses,
                                             WallTime moment, Shards shards) const {
    redis::Command command{"EVAL", std::string(kPutBackScript), std::to_string(uses.size() + 1),
                           names_.usage_since(shard)};
    for (const QuotaUse& use : uses) {
        command.push_back(names_.usage_quota(shard, use.place.plan_id, use.place.key_id));
    }
    command.push_back(shards == Shards::All ? "1" : "0");
    for (const QuotaUse& use : uses) {
        const service::QuotaWindow window = service::quota_window(use.period, moment);
        command.push_back(std::to_string(epoch_seconds(window.start)));
        command.push_back(std::to_string(epoch_seconds(window.end)));
        command.push_back(std::to_string(use.used));
    }
    return command;
}

Result<void> UsageShards::put_back(const std::vector<QuotaUse>& uses, WallTime moment,
                                   Shards shards) {
    std::array<std::vector<QuotaUse>, snapshot::kUsageShards> by_shard;
    std::vector<redis::Command> commands;
    for (const QuotaUse& use : uses) {
        const unsigned shard = snapshot::usage_shard(use.place.plan_id, use.place.key_id);
        by_shard[shard].push_back(use);
        if (by_shard[shard].size() < kQuotasPerScript) continue;
        commands.push_back(put_back_command(shard, by_shard[shard], moment, shards));
        by_shard[shard].clear();
    }
    for (unsigned shard = 0; shard < snapshot::kUsageShards; ++shard) {
        if (by_shard[shard].empty()) continue;
        commands.push_back(put_back_command(shard, by_shard[shard], moment, shards));
    }
    if (commands.empty()) return {};
    const auto replies = redis_.pipeline(std::move(commands), timeout_);
    if (!replies) return replies.error();
    for (const Result<redis::Reply>& reply : *replies) {
        if (!reply) return reply.error();
    }
    return {};
}

Result<std::string> UsageShards::begin_filling(unsigned shard) {
    std::string mine = random_id(kBatchCharacters);
    // One that was begun by another control plane, or before, is as good.
    const auto before =
        redis_.call({"SET", names_.usage_filling(shard), mine, "NX", "GET"}, timeout_);
    if (!before) return before.error();
    return before->is_nil() ? mine : before->text;
}

Result<bool> UsageShards::set_filled(unsigned shard, const std::string& filling) {
    const auto done =
        redis_.call({"EVAL", std::string(kFilledScript), "4", names_.usage_since(shard),
                     names_.usage_counts(shard), names_.usage_moving(shard),
                     names_.usage_filling(shard), filling},
                    timeout_);
    if (!done) return done.error();
    if (done->integer < 0) return unavailable("Redis lost its memory while usage was put back");
    return done->integer != 0;
}

}  // namespace turnpike::publish
