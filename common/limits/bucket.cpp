#include "common/limits/bucket.hpp"

#include <algorithm>
#include <cmath>

namespace turnpike::limits {
namespace {

/// Fractions add up to whole tokens but for rounding.
constexpr double kRounding = 1e-6;

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
    }
    calls_ = std::max(calls_, known.calls);
}

std::int64_t Bucket::held() const {
    std::int64_t tokens = 0;
    for (const auto& [lessee, lease] : leases_) tokens += lease.tokens;
    return tokens;
}

void Bucket::refill(const BucketLimit& limit, std::int64_t until_us) {
    const double passed = static_cast<double>(std::max<std::int64_t>(until_us - at_us_, 0)) / 1e6;
    level_ = std::min(level_ + passed * limit.rate, limit.burst - static_cast<double>(held()));
    at_us_ = std::max(at_us_, until_us);
}

void Bucket::end_expired(const BucketLimit& limit, std::int64_t now_us) {
    for (;;) {
        const auto first = std::min_element(
            leases_.begin(), leases_.end(),
            [](const auto& a, const auto& b) { return a.second.expires_us < b.second.expires_us; });
        if (first == leases_.end() || first->second.expires_us > now_us) return;
        refill(limit, first->second.expires_us);
        leases_.erase(first);
    }
}

BucketAnswer Bucket::answer(const BucketLimit& limit, const std::string& lessee,
                            const BucketQuestion& question, Microseconds lease,
                            std::int64_t now_us) {
    begin(limit, question.known, now_us);
    const std::int64_t now = std::max(now_us, at_us_);
    end_expired(limit, now);
    refill(limit, now);
    // What is not held any more, and not given back, is spent: it leaves room to refill.
    leases_[lessee].tokens = question.held;
    const auto room = [&] { return limit.burst - static_cast<double>(held()); };
    level_ = std::min(level_ + static_cast<double>(question.returned), room());
    level_ = std::max(level_ - static_cast<double>(question.owed), std::min(-limit.burst, level_));

    BucketAnswer answer;
    answer.granted = std::min(question.waiting, whole_tokens(level_));
    level_ -= static_cast<double>(answer.granted);
    answer.added = std::clamp<std::int64_t>(question.wanted - question.held, 0,
                                            whole_tokens(level_) / question.share);
    level_ -= static_cast<double>(answer.added);
    leases_[lessee] = {question.held + answer.added, now + lease.count()};
    if (leases_[lessee].tokens == 0) leases_.erase(lessee);
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
