#include "common/limits/state.hpp"

#include <algorithm>
#include <cmath>

#include "common/base/text.hpp"

namespace turnpike::limits {
namespace {

constexpr std::size_t kHeadWords = 2;
/// Fractions add up to whole tokens but for rounding.
constexpr double kRounding = 1e-6;
/// Beyond every limit; what is more was not written by a worker.
constexpr double kTokensMax = 9e15;

struct Held {
    std::int64_t tokens = 0;
    std::int64_t expires_us = 0;
};

/// "<tokens> <expiry in us>"; of a bucket, more follows.
std::optional<Held> parse_held(std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto tokens = parse_integer(text.substr(0, space));
    const auto expires =
        parse_integer(text.substr(space + 1, text.find(' ', space + 1) - space - 1));
    if (!tokens || !expires || *tokens < 0) return std::nullopt;
    return Held{*tokens, *expires};
}

/// Of all lessees, the first to expire first.
std::vector<Held> held_of(const StoredState& stored) {
    std::vector<Held> all;
    for (const auto& [name, value] : stored.fields) {
        if (!name.starts_with("h:")) continue;
        if (const auto one = parse_held(value)) all.push_back(*one);
    }
    std::ranges::sort(all, {}, &Held::expires_us);
    return all;
}

std::string_view field(const StoredState& stored, std::string_view name) {
    for (const auto& [known, value] : stored.fields) {
        if (known == name) return value;
    }
    return {};
}

std::int64_t number(const StoredState& stored, std::string_view name) {
    return parse_integer(field(stored, name)).value_or(0);
}

}  // namespace

const std::string_view kStateScript = R"lua(
local clock = redis.call('TIME')
local words = {string.format('%.0f', clock[1] * 1000000 + clock[2]), '1'}
if #KEYS > 1 and redis.call('EXISTS', KEYS[2]) == 0 then words[2] = '0' end
for _, word in ipairs(redis.call('HGETALL', KEYS[1])) do words[#words + 1] = word end
return words
)lua";

std::optional<StoredState> stored_state(std::span<const std::string_view> words) {
    if (words.size() < kHeadWords || words.size() % 2 != 0) return std::nullopt;
    const auto now = parse_integer(words[0]);
    if (!now || (words[1] != "0" && words[1] != "1")) return std::nullopt;
    StoredState stored;
    stored.now_us = *now;
    stored.is_filled = words[1] == "1";
    for (std::size_t i = kHeadWords; i < words.size(); i += 2) {
        stored.fields.emplace_back(words[i], words[i + 1]);
    }
    return stored;
}

BucketState bucket_state(const BucketLimit& limit, const StoredState& stored) {
    BucketState state;
    const auto level_known = parse_number(field(stored, "level"));
    double level = level_known.value_or(limit.burst);
    std::int64_t at = level_known ? number(stored, "at") : stored.now_us;
    std::vector<Held> held = held_of(stored);
    for (const Held& one : held) state.held += one.tokens;
    const auto refill = [&](std::int64_t until_us) {
        const double passed = static_cast<double>(std::max<std::int64_t>(until_us - at, 0)) / 1e6;
        level =
            std::min(level + passed * limit.rate, limit.burst - static_cast<double>(state.held));
        at = std::max(at, until_us);
    };
    // What is held still fills the bucket, and is spent when its time is over.
    for (const Held& one : held) {
        if (one.expires_us > stored.now_us) break;
        refill(one.expires_us);
        state.held -= one.tokens;
    }
    refill(stored.now_us);
    if (std::isfinite(level) && level > 0) {
        state.tokens =
            static_cast<std::int64_t>(std::floor(std::min(level, kTokensMax) + kRounding));
    }
    return state;
}

std::int64_t allowance_of(const QuotaTerms& terms, const QuotaWindow& window) {
    const std::int64_t start = epoch_seconds(window.start);
    const bool is_first = terms.since_s >= start && terms.since_s < epoch_seconds(window.end);
    const std::int64_t granted = terms.extended_window_s == start ? terms.extension : 0;
    return std::max<std::int64_t>(terms.limit - (is_first ? terms.offset : 0) + granted, 0);
}

std::optional<QuotaState> quota_state(const QuotaTerms& terms, const StoredState& stored) {
    const auto period = parse_quota_period(terms.period);
    if (!period) return std::nullopt;
    QuotaState state;
    state.window = quota_window(*period, WallTime(Microseconds(stored.now_us)));
    state.allowance = allowance_of(terms, state.window);
    if (number(stored, "w") != epoch_seconds(state.window.start)) return state;
    state.used = std::max<std::int64_t>(number(stored, "used"), 0);
    for (const Held& one : held_of(stored)) {
        (one.expires_us > stored.now_us ? state.held : state.used) += one.tokens;
    }
    return state;
}

}  // namespace turnpike::limits
