#include "common/limits/quota.hpp"

#include <algorithm>
#include <utility>

namespace turnpike::limits {
namespace {

/// While others hold units that they may give back.
constexpr Milliseconds kRetry{500};

}  // namespace

Standing QuotaLease::standing(SteadyTime now) const {
    if (is_in_window(now) && (paid_ > 0 || stock_.has(now))) return Standing::Available;
    return now < refused_until_ ? Standing::Refused : Standing::Unknown;
}

bool QuotaLease::take_paid() {
    if (paid_ == 0) return false;
    --paid_;
    return true;
}

bool QuotaLease::should_ask(SteadyTime now) const {
    if (owed_ > 0 || sent_debt_ > 0 || dropped_ > 0 || !is_sound_) return true;
    if ((stock_.units() > 0 || paid_ > 0) && stock_.is_idle(now)) return true;
    if (now < refused_until_) return false;
    return stock_.runs_low() || stock_.expires_soon(now);
}

bool QuotaLease::forgive_one() {
    if (owed_ == 0) return false;
    --owed_;
    ++settled_;
    return true;
}

QuotaQuestion QuotaLease::question(std::int64_t waiting, SteadyTime now) {
    stock_.drop_expired(now);
    if (!is_in_window(now)) {
        stock_.drop_all();
        paid_ = dropped_ = 0;
    }
    QuotaQuestion question;
    question.waiting = waiting;
    question.returned = std::exchange(dropped_, 0);
    if (is_retired_ || (waiting == 0 && stock_.is_idle(now))) {
        question.returned += stock_.give_back();
        if (is_sound_) question.refund = std::exchange(paid_, 0);
    } else {
        question.wanted = stock_.target();
    }
    question.held = held_asked_ = stock_.held();
    if (sent_debt_ == 0 && owed_ > 0) {
        sent_debt_ = std::exchange(owed_, 0);
        debt_ = debts_.next();
    }
    question.debt = debt_;
    question.owed = sent_debt_;
    if (last_) {
        question.known_window_s = last_->window_s;
        question.known_used = last_->used;
        question.known_calls = last_->calls;
    }
    question.number = number_ = numbers_.next();
    question.unsure_from = unsure_from_;
    asked_ = now;
    asked_for_ = waiting;
    return question;
}

void QuotaLease::failed() {
    is_sound_ = false;
    if (unsure_from_ == 0) unsure_from_ = number_;
}

/// What was spent since the question was asked is among what the keeper let it keep.
void QuotaLease::keep(const QuotaAnswer& answer) {
    const bool is_same_window = last_ && last_->window_s == answer.window_s;
    const std::int64_t spent = held_asked_ - stock_.held();
    const std::int64_t before = stock_.units();
    stock_.keep_at_most(std::max<std::int64_t>(answer.kept - spent, 0));
    // The keeper of another window does not know of them, and what was granted in it has ended.
    dropped_ = is_same_window ? before - stock_.units() : 0;
    if (!is_same_window) paid_ = 0;
}

void QuotaLease::answered(const QuotaAnswer& answer, SteadyTime now) {
    is_sound_ = true;
    if (!answer.is_filled) {
        refused_until_ = {};
        // Nobody will be here to pay: they are reported, and so among what is put back.
        if (is_retired_) settled_ += std::exchange(owed_, 0) + std::exchange(sent_debt_, 0);
        return;
    }
    settled_ += std::exchange(sent_debt_, 0);
    unsure_from_ = 0;
    window_end_ = asked_ + answer.rest;
    keep(answer);
    stock_.add(answer.added, std::min(asked_ + Stock::kLease - Stock::kLeaseMargin, window_end_));
    if (answer.granted < asked_for_) {
        refused_until_ = answer.held_by_others > 0 ? now + kRetry : window_end_;
    }
    last_ = answer;
    known_since_ = asked_;
}

}  // namespace turnpike::limits
