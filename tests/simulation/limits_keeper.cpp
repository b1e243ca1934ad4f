#include "tests/simulation/limits_keeper.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/base/text.hpp"
#include "common/limits/scripts.hpp"
#include "data-plane/limits/questions.hpp"
#include "tests/simulation/virtual_machine.hpp"

namespace turnpike::test {
namespace {

using limits::Script;
using limits::Stock;

const std::string& report_sha1() {
    static const Script script(limits::scripts::kClock, limits::scripts::kReport);
    return script.sha1();
}

std::int64_t integer(const std::string& text) { return parse_integer(text).value(); }
double decimal(const std::string& text) { return parse_number(text).value(); }

/// All that the number says, in as few digits as do.
std::string exact(double number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), end};
}

limits::BucketQuestion bucket_question(std::span<const std::string> words) {
    limits::BucketQuestion question;
    question.waiting = integer(words[3]);
    question.held = integer(words[4]);
    question.wanted = integer(words[5]);
    question.share = integer(words[6]);
    question.returned = integer(words[7]);
    question.owed = integer(words[8]);
    question.known = {integer(words[10]), decimal(words[11]), integer(words[12])};
    question.number = integer(words[13]);
    question.unsure_from = integer(words[14]);
    question.debt = integer(words[15]);
    question.sent_us = integer(words[16]);
    for (std::size_t i = 17; i < words.size(); ++i) question.ages_us.push_back(integer(words[i]));
    return question;
}

limits::QuotaTerms quota_terms(std::span<const std::string> words) {
    limits::QuotaTerms terms;
    terms.period = words[1];
    terms.limit = integer(words[2]);
    terms.offset = integer(words[3]);
    terms.since_s = integer(words[4]);
    terms.extended_window_s = integer(words[5]);
    terms.extension = integer(words[6]);
    return terms;
}

limits::QuotaQuestion quota_question(std::span<const std::string> words) {
    limits::QuotaQuestion question;
    question.waiting = integer(words[7]);
    question.held = integer(words[8]);
    question.wanted = integer(words[9]);
    question.returned = integer(words[10]);
    question.debt = integer(words[12]);
    question.owed = integer(words[13]);
    question.known_window_s = integer(words[14]);
    question.known_used = integer(words[15]);
    question.number = integer(words[16]);
    question.unsure_from = integer(words[17]);
    question.refund = integer(words[18]);
    question.known_calls = integer(words[19]);
    return question;
}

}  // namespace

void LimitsKeeper::empty() {
    buckets.clear();
    quotas.clear();
    since_.clear();
    hashes_.clear();
    batches_.clear();
    filling_.clear();
    scripts_.clear();
}

std::int64_t LimitsKeeper::counted(
    const std::function<bool(const std::string& batch)>& is_moved) const {
    std::int64_t requests = 0;
    for (const auto& [key, fields] : hashes_) {
        if (key.ends_with(":seen")) continue;
        const auto batch = batches_.find(key);
        if (batch != batches_.end() && is_moved(batch->second)) continue;
        for (const auto& [field, count] : fields) requests += count;
    }
    return requests;
}

VirtualRedis::Answer LimitsKeeper::execute(const redis::Command& command) {
    if (command[0] == "SET") return begin_filling(command);
    const Words all(command);
    const auto count = static_cast<std::size_t>(integer(command[2]));
    const Words keys = all.subspan(3, count);
    const Words words = all.subspan(3 + count);
    if (command[0] == "EVALSHA") {
        if (!scripts_.contains(command[1])) return internal_error("NOSCRIPT no such script");
        return run(command[1], keys, words);
    }
    for (const Script* script :
         {&limits::bucket_script(), &limits::quota_script(), &limits::census_script()}) {
        if (command[1] != script->text()) continue;
        scripts_.insert(script->sha1());
        return run(script->sha1(), keys, words);
    }
    if (command[1].ends_with(limits::scripts::kReport)) {
        scripts_.insert(report_sha1());
        return report(keys, words);
    }
    if (keys.size() == 3 && words.size() == 2) return take(keys, words);
    if (keys.size() == 4 && words.size() == 1) return set_filled(keys, words);
    if (keys.size() == 1 && words.size() == 1) return drop(keys, words);
    return put_back(keys, words);
}

VirtualRedis::Answer LimitsKeeper::run(const std::string& sha1, Words keys, Words words) {
    if (sha1 == limits::bucket_script().sha1()) return ask_bucket(keys, words);
    if (sha1 == limits::quota_script().sha1()) return ask_quota(keys, words);
    if (sha1 == limits::census_script().sha1()) return integer_reply(workers);
    return report(keys, words);
}

redis::Reply LimitsKeeper::ask_bucket(Words keys, Words words) {
    const limits::BucketAnswer answer =
        buckets[keys[0]].answer({decimal(words[1]), decimal(words[2])}, words[0],
                                bucket_question(words), Stock::kLease, redis_clock_us());
    return array_reply({integer_reply(answer.granted), integer_reply(answer.added),
                        integer_reply(answer.retry.count()), integer_reply(answer.known.calls),
                        text_reply(exact(answer.known.level)),
                        text_reply(std::to_string(answer.known.at_us)),
                        integer_reply(answer.held_by_all)});
}

redis::Reply LimitsKeeper::ask_quota(Words keys, Words words) {
    if (!since_.contains(keys[1])) return array_reply({integer_reply(0)});
    const limits::QuotaAnswer answer = quotas[keys[0]].answer(
        quota_terms(words), words[0], quota_question(words), Stock::kLease, redis_clock_us());
    if (!answer.is_filled) return array_reply({integer_reply(0)});
    const auto before = told_left.find(words[0]);
    told_left[words[0]] = {before == told_left.end() ? integer(words[2]) : before->second.second,
                           answer.left};
    std::vector<redis::Reply> elements;
    for (const std::int64_t value :
         {std::int64_t{1}, answer.granted, answer.added, answer.kept, answer.left, answer.used,
          answer.allowance, answer.window_s, std::int64_t{answer.rest.count()},
          answer.held_by_others, answer.calls}) {
        elements.push_back(integer_reply(value));
    }
    return array_reply(std::move(elements));
}

redis::Reply LimitsKeeper::report(Words keys, Words words) {
    std::int64_t& seen = hashes_[keys[1]][words[0]];
    if (seen >= integer(words[1])) return integer_reply(0);
    seen = integer(words[1]);
    const std::string hour = "/" + std::to_string(redis_clock_us() / 3'600'000'000);
    for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
        hashes_[keys[0]][words[i] + hour] += integer(words[i + 1]);
        reported_.push_back({redis_clock_us(), integer(words[i + 1])});
    }
    return integer_reply(1);
}

redis::Reply LimitsKeeper::take(Words keys, Words words) {
    if (!batches_.contains(keys[2]) && hashes_.contains(keys[1])) {
        hashes_[keys[2]] = hashes_[keys[1]];
        hashes_.erase(keys[1]);
        batches_[keys[2]] = words[0];
    }
    std::vector<redis::Reply> batch;
    if (const auto found = batches_.find(keys[2]); found != batches_.end()) {
        for (const auto& [field, count] : hashes_[keys[2]]) {
            batch.push_back(text_reply(field));
            batch.push_back(text_reply(std::to_string(count)));
        }
        batch.push_back(text_reply("batch"));
        batch.push_back(text_reply(found->second));
    }
    return array_reply({integer_reply(since_.contains(keys[0]) ? 1 : 0),
                        integer_reply(redis_clock_us() / 1'000'000),
                        integer_reply(hashes_.contains(keys[1]) ? 1 : 0),
                        array_reply(std::move(batch))});
}

redis::Reply LimitsKeeper::drop(Words keys, Words words) {
    const auto found = batches_.find(keys[0]);
    if (found == batches_.end() || found->second != words[0]) return integer_reply(0);
    batches_.erase(found);
    hashes_.erase(keys[0]);
    return integer_reply(1);
}

redis::Reply LimitsKeeper::put_back(Words keys, Words words) {
    if (words[0] == "0" && since_.contains(keys[0])) return integer_reply(0);
    const std::int64_t now_s = redis_clock_us() / 1'000'000;
    for (std::size_t i = 1; i < keys.size(); ++i) {
        const std::int64_t start = integer(words[3 * i - 2]);
        if (now_s < start || now_s >= integer(words[3 * i - 1])) continue;
        quotas[keys[i]].raise_to(start, integer(words[3 * i]));
        if (words[0] == "1") on_begun(integer(words[3 * i]));
    }
    return integer_reply(1);
}

std::int64_t LimitsKeeper::reported_within(std::int64_t length_us) const {
    return reported_between(redis_clock_us() - length_us, redis_clock_us() + 1);
}

std::int64_t LimitsKeeper::reported_between(std::int64_t from_us, std::int64_t to_us) const {
    std::int64_t requests = 0;
    for (const Reported& one : reported_) {
        if (one.at_us >= from_us && one.at_us < to_us) requests += one.requests;
    }
    return requests;
}

/// SET key value NX GET
redis::Reply LimitsKeeper::begin_filling(const redis::Command& command) {
    const auto [place, is_new] = filling_.emplace(command[1], command[2]);
    return is_new ? redis::Reply{} : text_reply(place->second);
}

redis::Reply LimitsKeeper::set_filled(Words keys, Words words) {
    if (hashes_.contains(keys[1]) || hashes_.contains(keys[2])) return integer_reply(0);
    if (since_.contains(keys[0])) return integer_reply(1);
    const auto filling = filling_.find(keys[3]);
    if (filling == filling_.end() || filling->second != words[0]) return integer_reply(-1);
    filling_.erase(filling);
    since_.insert(keys[0]);
    return integer_reply(1);
}

}  // namespace turnpike::test
