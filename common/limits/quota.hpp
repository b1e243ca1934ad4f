#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/clock.hpp"
#include "common/limits/lease.hpp"
#include "common/limits/stock.hpp"

namespace turnpike::limits {

/// What one key may use of one plan. Windows are of the keeper's clock, in UTC.
struct QuotaTerms {
    std::string period;  ///< HOUR, DAY, WEEK, MONTH.
    std::int64_t limit = 0;
    std::int64_t offset = 0;             ///< Subtracted in the window that has `since_s`.
    std::int64_t since_s = 0;            ///< When the plan got its quota.
    std::int64_t extended_window_s = 0;  ///< Start of the window that has the extension.
    std::int64_t extension = 0;
    bool operator==(const QuotaTerms&) const = default;
};

struct QuotaQuestion {
    std::int64_t waiting = 0;
    std::int64_t held = 0;
    std::int64_t wanted = 0;
    std::int64_t returned = 0;
    std::int64_t debt = 0;  ///< Number of `owed`, so that it counts once.
    std::int64_t owed = 0;
    /// In which everything was granted that is held, returned or refunded; 0: nothing was.
    std::int64_t known_window_s = 0;
    std::int64_t known_used = 0;
    std::int64_t known_calls = 0;  ///< How many there had been then.
    std::int64_t number = 0;       ///< Of the question; grows.
    /// The first whose answer did not come, since one did; 0: none. What such a one was given
    /// nobody has: those who waited went by policy, and are in `owed` if they were admitted.
    std::int64_t unsure_from = 0;
    /// Granted before, and used by nobody; counts only if the last question was answered and the
    /// keeper remembers it.
    std::int64_t refund = 0;
};

struct QuotaAnswer {
    bool is_filled = false;  ///< False: the keeper lost its memory, and nothing else counts.
    std::int64_t granted = 0;
    std::int64_t added = 0;
    std::int64_t kept = 0;  ///< Of what was held; the rest is to be returned.
    std::int64_t left = 0;  ///< Without what anybody holds.
    std::int64_t used = 0;
    std::int64_t allowance = 0;
    std::int64_t window_s = 0;
    Milliseconds rest{0};  ///< Of the window.
    std::int64_t held_by_others = 0;
    std::int64_t calls = 0;  ///< Of all lessees in this window.
};

/// One lessee's side of one key's quota, like BucketLease. Units end with their window.
class QuotaLease {
public:
    /// `made`: now.
    explicit QuotaLease(SteadyTime made) : numbers_(made), debts_(made) {}

    Standing standing(SteadyTime now) const;
    /// A unit for a request. Requires: it is Available.
    void take() {
        if (!take_paid()) stock_.spend();
    }
    /// One that was granted before. Returns: false if there is none.
    bool take_paid();
    /// One is set aside, as of a Stock. Requires: it is Available, and none was granted before.
    void reserve() { stock_.reserve(); }
    void use_reserved() { stock_.use_reserved(); }
    void release_reserved() { stock_.release_reserved(); }
    void note_demand(SteadyTime now) { stock_.note_demand(now); }
    const Stock& stock() const { return stock_; }

    bool should_ask(SteadyTime now) const;
    /// What was granted to a request that was not admitted after all: it is used for the next one.
    void keep_granted() { ++paid_; }
    void owe(std::int64_t units) { owed_ += units; }
    bool forgive_one();
    bool owes() const { return owed_ + sent_debt_ > 0; }
    /// Owed units that are settled since this was last asked: from now on the keeper counts them.
    std::int64_t take_settled() { return std::exchange(settled_, 0); }

    /// From now on everything is given back.
    void retire() { is_retired_ = true; }

    QuotaQuestion question(std::int64_t waiting, SteadyTime now);
    void answered(const QuotaAnswer& answer, SteadyTime now);
    void failed();
    /// The terms changed: what was refused may be allowed.
    void terms_changed() { refused_until_ = known_since_ = {}; }

    /// The last answer; unset before.
    const std::optional<QuotaAnswer>& last() const { return last_; }
    /// When the question was asked that gave last(); the epoch: none was, under these terms.
    SteadyTime known_since() const { return known_since_; }
    /// What may be spent without a question.
    std::int64_t in_hand(SteadyTime now) const {
        return is_in_window(now) ? paid_ + (stock_.has(now) ? stock_.units() : 0) : 0;
    }
    /// When the window ends, if that is known.
    SteadyTime window_end() const { return window_end_; }
    /// As a BucketLease.
    bool is_forgettable(SteadyTime now) const {
        return stock_.held() == 0 && dropped_ == 0 && paid_ == 0 && owed_ == 0 && sent_debt_ == 0 &&
               is_sound_ && stock_.is_idle(now) && now >= refused_until_;
    }

private:
    bool is_in_window(SteadyTime now) const { return now < window_end_; }
    void keep(const QuotaAnswer& answer);

    Stock stock_;
    std::int64_t paid_ = 0;        ///< Used by the keeper's count, not by a request yet.
    std::int64_t dropped_ = 0;     ///< That may not be kept, and the keeper still counts as held.
    std::int64_t held_asked_ = 0;  ///< When the last question was asked.
    SteadyTime refused_until_{};
    SteadyTime asked_{};
    std::int64_t asked_for_ = 0;
    SteadyTime window_end_{};
    std::int64_t owed_ = 0;
    std::int64_t sent_debt_ = 0;  ///< Told in a question that was not answered yet.
    std::int64_t debt_ = 0;  ///< Number of sent_debt_, or of the one before; 0: there was none.
    std::int64_t settled_ = 0;
    Numbers numbers_;
    Numbers debts_;
    std::int64_t number_ = 0;  ///< Of the last question.
    std::int64_t unsure_from_ = 0;
    bool is_sound_ = true;
    bool is_retired_ = false;
    std::optional<QuotaAnswer> last_;
    SteadyTime known_since_{};
};

}  // namespace turnpike::limits
