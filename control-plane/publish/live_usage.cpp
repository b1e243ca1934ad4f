#include "control-plane/publish/live_usage.hpp"

#include <utility>

#include "common/base/text.hpp"

namespace turnpike::publish {

namespace {

/// An operation waits for it with its transaction open.
constexpr Milliseconds kTimeout{300};

}  // namespace

LiveUsage::LiveUsage(redis::Client& redis, snapshot::PublishedNames names)
    : redis_(redis), names_(std::move(names)) {}

std::optional<std::int64_t> LiveUsage::used(std::string_view plan_id, std::string_view key_id,
                                            WallTime window_start) const {
    const unsigned shard = snapshot::usage_shard(plan_id, key_id);
    const auto held =
        redis_.call({"HMGET", names_.usage_quota(shard, plan_id, key_id), "w", "used"}, kTimeout);
    if (!held || held->elements.size() != 2) return std::nullopt;
    const auto window = parse_integer(held->elements[0].text);
    const auto used = parse_integer(held->elements[1].text);
    if (!window || !used || *used < 0 || *window != epoch_seconds(window_start)) {
        return std::nullopt;
    }
    return *used;
}

}  // namespace turnpike::publish
