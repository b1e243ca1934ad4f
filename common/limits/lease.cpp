#include "common/limits/lease.hpp"

#include <algorithm>
#include <utility>

namespace turnpike::limits {
namespace {

/// How much later than the next token a refused lessee asks again at most.
constexpr Microseconds kPauseMax{10'000};
/// Of the time in which the bucket fills.
constexpr double kPausePart = 0.25;
constexpr std::int64_t kBusyShare = 8;
constexpr std::int64_t kShare = 64;

Microseconds pause(const BucketLimit& limit) {
    const double fills_us = (limit.burst - 1) / limit.rate * 1e6 * kPausePart;
    return fills_us < static_cast<double>(kPauseMax.count())
               ? Microseconds(static_cast<std::int64_t>(fills_us))
               : kPauseMax;
}

}  // namespace

bool BucketLease::should_ask(SteadyTime now) const {
    if (stock_.units() > 0 && stock_.is_idle(now)) return true;
    if (now < refused_until_) return false;
    return stock_.runs_low() || stock_.expires_soon(now) || owed_ > 0 || sent_debt_ > 0 ||
           !is_sound_;
}

bool BucketLease::forgive_one() {
    if (owed_ == 0) return false;
    --owed_;
    return true;
}

BucketQuestion BucketLease::question(std::int64_t waiting, SteadyTime now) {
    stock_.drop_expired(now);
    BucketQuestion question;
    question.waiting = waiting;
    if (is_retired_ || (waiting == 0 && stock_.is_idle(now))) {
        question.returned = stock_.give_back();
    } else {
        question.wanted = stock_.target();
    }
    question.held = stock_.held();
    question.share = stock_.is_busy() ? kBusyShare : kShare;
    question.known = known_;
    if (sent_debt_ == 0 && owed_ > 0) {
        sent_debt_ = std::exchange(owed_, 0);
        debt_ = debts_.next();
    }
    question.debt = debt_;
    question.owed = sent_debt_;
    question.number = number_ = numbers_.next();
    question.unsure_from = unsure_from_;
    asked_ = sent_ = now;
    return question;
}

void BucketLease::sending(BucketQuestion& question, Ages ages, SteadyTime now) {
    question.ages_us = std::move(ages);
    question.sent_us = keeper_clock_.latest(now);
    sent_ = now;
}

void BucketLease::answered(const BucketLimit& limit, const BucketAnswer& answer) {
    stock_.add(answer.added, asked_ + Stock::kLease - Stock::kLeaseMargin);
    if (answer.retry > Microseconds(0)) {
        // From the question, not from the answer: where tokens come faster than answers, those who
        // came meanwhile are asked for at once.
        refused_until_ = asked_ + std::max(answer.retry, pause(limit));
    }
    // Nothing else tells that an answer is of no bucket: the question was overtaken.
    if (answer.known.calls > 0) keeper_clock_.note(answer.known.at_us, sent_);
    known_ = answer.known;
    known_since_ = asked_;
    is_sound_ = true;
    sent_debt_ = 0;
    unsure_from_ = 0;
}

}  // namespace turnpike::limits
