#include "data-plane/limits/questions.hpp"

#include <array>
#include <charconv>

#include "common/base/text.hpp"
#include "common/limits/scripts.hpp"

namespace turnpike::limits {
namespace {

constexpr std::string_view kCensus = R"lua(
local alive = 0
for _, report in ipairs(redis.call('HVALS', KEYS[1])) do
  local seen = tonumber(string.match(report, '"lastSeen":(%d+)') or 0)
  if seen * 1000 > now - 10000000 then alive = alive + 1 end
end
return alive
)lua";

/// All digits that count, in the form that Lua reads.
std::string text(double number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), end};
}
std::string text(std::int64_t number) { return std::to_string(number); }
std::string text(Microseconds time) { return std::to_string(time.count()); }

constexpr Microseconds kLease = Stock::kLease;

bool are_integers(const std::vector<redis::Reply>& elements,
                  std::initializer_list<std::size_t> which) {
    for (const std::size_t i : which) {
        if (elements[i].kind != redis::Reply::Kind::Integer) return false;
    }
    return true;
}

}  // namespace

const Script& bucket_script() {
    static const Script script(scripts::kClock, scripts::kBucket);
    return script;
}

const Script& quota_script() {
    static const Script script(scripts::kClock, scripts::kQuota);
    return script;
}

const Script& census_script() {
    static const Script script(scripts::kClock, kCensus);
    return script;
}

std::vector<std::string> arguments_of(const std::string& lessee, const BucketLimit& limit,
                                      const BucketQuestion& question) {
    std::vector<std::string> arguments{lessee,
                                       text(limit.rate),
                                       text(limit.burst),
                                       text(question.waiting),
                                       text(question.held),
                                       text(question.wanted),
                                       text(question.share),
                                       text(question.returned),
                                       text(question.owed),
                                       text(kLease),
                                       text(question.known.calls),
                                       text(question.known.level),
                                       text(question.known.at_us),
                                       text(question.number),
                                       text(question.unsure_from),
                                       text(question.debt),
                                       text(question.sent_us)};
    for (const std::int64_t age : question.ages_us) arguments.push_back(text(age));
    return arguments;
}

std::vector<std::string> arguments_of(const std::string& lessee, const QuotaTerms& terms,
                                      const QuotaQuestion& question) {
    return {lessee,
            terms.period,
            text(terms.limit),
            text(terms.offset),
            text(terms.since_s),
            text(terms.extended_window_s),
            text(terms.extension),
            text(question.waiting),
            text(question.held),
            text(question.wanted),
            text(question.returned),
            text(kLease),
            text(question.debt),
            text(question.owed),
            text(question.known_window_s),
            text(question.known_used),
            text(question.number),
            text(question.unsure_from),
            text(question.refund),
            text(question.known_calls)};
}

std::optional<BucketAnswer> bucket_answer(const redis::Reply& reply) {
    const auto& values = reply.elements;
    if (values.size() != 7 || !are_integers(values, {0, 1, 2, 3, 6})) return std::nullopt;
    const auto level = parse_number(values[4].text);
    const auto at = parse_integer(values[5].text);
    if (!level || !at) return std::nullopt;
    BucketAnswer answer;
    answer.granted = values[0].integer;
    answer.added = values[1].integer;
    answer.retry = Microseconds(values[2].integer);
    answer.known = {values[3].integer, *level, *at};
    answer.held_by_all = values[6].integer;
    return answer;
}

std::optional<QuotaAnswer> quota_answer(const redis::Reply& reply) {
    const auto& values = reply.elements;
    if (values.empty() || !are_integers(values, {0})) return std::nullopt;
    QuotaAnswer answer;
    if (values[0].integer == 0) return answer;
    if (values.size() != 11 || !are_integers(values, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})) {
        return std::nullopt;
    }
    answer.is_filled = true;
    answer.granted = values[1].integer;
    answer.added = values[2].integer;
    answer.kept = values[3].integer;
    answer.left = values[4].integer;
    answer.used = values[5].integer;
    answer.allowance = values[6].integer;
    answer.window_s = values[7].integer;
    answer.rest = Milliseconds(values[8].integer);
    answer.held_by_others = values[9].integer;
    answer.calls = values[10].integer;
    return answer;
}

}  // namespace turnpike::limits
