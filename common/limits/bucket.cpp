#include "common/limits/bucket.hpp"

#include <algorithm>
#include <cmath>

namespace turnpike::limits {
namespace {

/// Fractions add up to whole tokens but for rounding.
constexpr double kRounding = 1e-6;
constexpr Microseconds kClockStep{1'000'000};
constexpr std::int64_t kAgeMax = 50'000;  // us; no request waits longer

std::int64_t whole_tokens(double level) {
    return level <= 0 ? 0 : static_cast<std::int64_t>(std::floor(level + kRounding));
}

}  // namespace

void Bucket::begin(const BucketLimit& limit, const BucketKnowledge& known, std::int64_t now_us) {
    if (calls_ == 0) {
        level_ = limit.burst;
        at_us_ = now_us;
        if (known.calls > 0) {
            level_ = std::min(limit.burst, known.level);
            at_us_ = std::min(now_us, known.at_us);
        }
    } else if (known.calls > calls_) {
        level_ = std::min(level_, known.level);
        at_us_ = std::max(at_us_, std::min(now_us, known.at_us));
    }
    // Another clock; of a small step back only the way forward again is not paid for.
    if (at_us_ - now_us > kClockStep.count()) at_us_ = now_us;
    calls_ = std::max(calls_, known.calls);
}

std::int64_t Bucket::held() const {
    std::int64_t tokens = 0;
    for (const auto& [lessee, lease] : leases_) tokens += lease.tokens;
    return tokens;
}

std::int64_t Bucket::leased_to(const std::string& lessee, std::int64_t now_us) const {
    const auto found = leases_.find(lessee);
    return found != leases_.end() && found->second.expires_us > now_us ? found->second.tokens : 0;
}

void Bucket::refill(const BucketLimit& limit, std::int64_t until_us) {
    const double passed = static_cast<double>(std::max<std::int64_t>(until_us - at_us_, 0)) / 1e6;
    level_ = std::min(level_ + passed * limit.rate, room(limit) + limit.rate * kAgeMax / 1e6);
    at_us_ = std::max(at_us_, until_us);
}

void Bucket::end_expired(const BucketLimit& limit, std::int64_t now_us) {
    for (;;) {
        const auto first = std::min_element(
            leases_.begin(), leases_.end(),
            [](const auto& a, const auto& b) { return a.second.expires_us < b.second.expires_us; });
        if (first == leases_.end() || first->second.expires_us > now_us) return;
        if (first->second.tokens > 0) {
            refill(limit, first->second.expires_us);
            level_ = std::min(level_, room(limit));
        }
        leases_.erase(first);
    }
}

double Bucket::room(const BucketLimit& limit) const {
    return limit.burst - static_cast<double>(held());
}

std::int64_t Bucket::grant(const BucketLimit& limit, const BucketQuestion& question,
                           std::int64_t now_us) {
    const double most = room(limit);
    const std::int64_t way =
        question.sent_us > 0 ? std::max<std::int64_t>(now_us - question.sent_us, 0) : 0;
    std::int64_t granted = 0;
    double usable = std::min(level_, most);
    std::int64_t position = 1;
    for (std::size_t i = 0; granted < question.waiting; ++i, position = next_position(position)) {
        const std::int64_t age = (i < question.ages_us.size() ? question.ages_us[i] : 0) + way;
        const bool is_last = i + 1 >= question.ages_us.size();
        const std::int64_t upto = is_last ? question.waiting : std::min(question.waiting, position);
        const double of_age =
            std::min(level_, most + limit.rate * static_cast<double>(std::min(age, kAgeMax)) / 1e6);
        const std::int64_t can = std::min(upto, whole_tokens(of_age));
        if (can <= granted) break;
        granted = can;
        usable = of_age;
        if (can < upto) break;
    }
    // What ran over before the last of them came is gone.
    if (granted > 0) level_ = usable - static_cast<double>(granted);
    return granted;
}

/// What the lessee does not want, and what it owes.
void Bucket::take_back(const BucketLimit& limit, const BucketQuestion& question,
                       const Lease& before) {
    std::int64_t owed = question.debt > before.paid ? question.owed : 0;
    // What nobody got of it is lost: the bucket has been filling up since.
    if (question.unsure_from > 0 && before.asked >= question.unsure_from) {
        owed = std::max<std::int64_t>(owed - before.granted, 0);
    }
    level_ =
        std::max(level_, std::min(level_ + static_cast<double>(question.returned), room(limit)));
    level_ = std::max(level_ - static_cast<double>(owed), std::min(-limit.burst, level_));
}

BucketAnswer Bucket::answer(const BucketLimit& limit, const std::string& lessee,
                            const BucketQuestion& question, Microseconds lease,
                            std::int64_t now_us) {
    const auto found = leases_.find(lessee);
    const Lease before = found == leases_.end() ? Lease{} : found->second;
    BucketAnswer answer;
    if (question.number > 0 && question.number <= before.asked) return answer;
    begin(limit, question.known, now_us);
    const std::int64_t now = std::max(now_us, at_us_);
    end_expired(limit, now);
    refill(limit, now);
    // What is not held any more, and not given back, is spent: it leaves room to refill.
    // What ran over before does not fill that room.
    if (leases_[lessee].tokens > question.held) level_ = std::min(level_, room(limit));
    leases_[lessee].tokens = question.held;
    level_ = std::min(level_, room(limit) + limit.rate * kAgeMax / 1e6);
    take_back(limit, question, before);
    answer.granted = grant(limit, question, now_us);
    const double in_bucket = std::min(level_, room(limit));
    answer.added = std::clamp<std::int64_t>(question.wanted - question.held, 0,
                                            whole_tokens(in_bucket) / question.share);
    level_ -= static_cast<double>(answer.added);
    const Lease after{question.held + answer.added, now + lease.count(), question.number,
                      answer.granted, std::max(before.paid, question.debt)};
    leases_[lessee] = after;
    if (after.tokens == 0 && after.granted == 0 && after.paid == 0) leases_.erase(lessee);
    if (answer.granted < question.waiting) {
        answer.retry =
            Microseconds(static_cast<std::int64_t>(std::ceil((1 - level_) / limit.rate * 1e6)));
    }
    ++calls_;
    answer.known = {calls_, level_, at_us_};
    answer.held_by_all = held();
    return answer;
}

bool Bucket::take(const BucketLimit& limit, std::int64_t now_us) {
    begin(limit, {}, now_us);
    ++calls_;
    refill(limit, now_us);
    // Nobody waits on the way to it, so nobody may have of what ran over.
    level_ = std::min(level_, limit.burst);
    if (level_ + kRounding < 1) return false;
    level_ -= 1;
    return true;
}

void Bucket::begin_with(double level, std::int64_t now_us) {
    if (calls_ > 0) return;
    level_ = level;
    at_us_ = now_us;
    calls_ = 1;
}

}  // namespace turnpike::limits
