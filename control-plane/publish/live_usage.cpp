#include "control-plane/publish/live_usage.hpp"

#include <utility>

#include "common/base/text.hpp"

namespace turnpike::publish {

namespace {

/// An operation waits for it with its transaction open.
constexpr Milliseconds kTimeout{300};

std::optional<limits::StoredState> state_of(const redis::Reply& reply) {
    std::vector<std::string_view> words;
    words.reserve(reply.elements.size());
    for (const redis::Reply& word : reply.elements) words.emplace_back(word.text);
    return limits::stored_state(words);
}

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

redis::Command LiveUsage::command_for(const Question& question) const {
    if (!question.bucket.empty()) {
        return {"EVAL", std::string(limits::kStateScript), "1", names_.bucket(question.bucket)};
    }
    const unsigned shard = snapshot::usage_shard(question.plan_id, question.key_id);
    return {"EVAL", std::string(limits::kStateScript), "2",
            names_.usage_quota(shard, question.plan_id, question.key_id),
            names_.usage_since(shard)};
}

std::optional<std::vector<std::optional<limits::StoredState>>> LiveUsage::states(
    const std::vector<Question>& questions) const {
    std::vector<std::optional<limits::StoredState>> states;
    if (questions.empty()) return states;
    std::vector<redis::Command> commands;
    commands.reserve(questions.size());
    for (const Question& question : questions) commands.push_back(command_for(question));
    const auto replies = redis_.pipeline(std::move(commands), kTimeout);
    if (!replies) return std::nullopt;
    for (const Result<redis::Reply>& reply : *replies) {
        states.push_back(reply ? state_of(*reply) : std::nullopt);
    }
    return states;
}

}  // namespace turnpike::publish
