#pragma once

#include <cstdint>

#include "common/base/clock.hpp"
#include "common/limits/bucket.hpp"
#include "common/limits/keeper_clock.hpp"
#include "common/limits/stock.hpp"

namespace turnpike::limits {

/// Whether a request gets what it wants of one bucket or quota.
enum class Standing : std::uint8_t {
    Available,  ///< There is one here.
    Refused,    ///< There is none, and none will come for a while.
    Unknown,    ///< The keeper has to be asked.
};

/// The numbers of a lease's questions, or of its debts. The keeper may remember those of a lease of
/// the same lessee that was forgotten meanwhile: these begin above them, since no lease uses a
/// million a second.
class Numbers {
public:
    explicit Numbers(SteadyTime made)
        : last_(std::chrono::duration_cast<Microseconds>(made.time_since_epoch()).count()) {}
    std::int64_t next() { return ++last_; }

private:
    std::int64_t last_;
};

/// One lessee's side of one bucket: what it holds, what to ask, until when to refuse. No I/O: who
/// uses it carries question() to the keeper and the answer back, one at a time.
/// Thread: its lessee's. `now` never goes back.
class BucketLease {
public:
    /// `made`: now.
    explicit BucketLease(SteadyTime made) : numbers_(made), debts_(made) {}

    Standing standing(SteadyTime now) const {
        if (stock_.has(now)) return Standing::Available;
        return now < refused_until_ ? Standing::Refused : Standing::Unknown;
    }
    Stock& stock() { return stock_; }
    const Stock& stock() const { return stock_; }

    /// A stock that runs low, or has to be renewed or given back: to be asked without anybody
    /// waiting.
    bool should_ask(SteadyTime now) const;
    /// Let through without a token, because the keeper was away.
    void owe(std::int64_t tokens) { owed_ += tokens; }
    /// A late answer tells that one of them had been granted. Returns: false if none is owed.
    bool forgive_one();
    /// What was refused may be allowed.
    void limit_changed() { refused_until_ = known_since_ = {}; }

    /// From now on everything is given back.
    void retire() { is_retired_ = true; }

    /// Requires: the one before was answered or failed.
    BucketQuestion question(std::int64_t waiting, SteadyTime now);
    /// It is sent now, when those who wait are so old. `now` may be later than question() had.
    void sending(BucketQuestion& question, Ages ages, SteadyTime now);
    void answered(const BucketLimit& limit, const BucketAnswer& answer);
    /// Nothing is known of what happened to the question. What is held stays good: whether the
    /// question came or not, its keeper counts at least that.
    void failed() {
        is_sound_ = false;
        if (unsure_from_ == 0) unsure_from_ = number_;
    }

    const BucketKnowledge& known() const { return known_; }
    /// When the question was asked that gave known(); the epoch: none was, under this limit.
    SteadyTime known_since() const { return known_since_; }
    SteadyTime refused_until() const { return refused_until_; }
    /// Nothing is lost if it is forgotten. An answer that did not come may have given tokens, which
    /// only this one knows to have been spent by nobody.
    bool is_forgettable(SteadyTime now) const {
        return stock_.held() == 0 && owed_ == 0 && sent_debt_ == 0 && is_sound_ &&
               stock_.is_idle(now) && now >= refused_until_;
    }

private:
    Stock stock_;
    SteadyTime refused_until_{};
    SteadyTime asked_{};
    SteadyTime sent_{};
    KeeperClock keeper_clock_;
    std::int64_t owed_ = 0;
    std::int64_t sent_debt_ = 0;  ///< Told in a question that was not answered yet.
    std::int64_t debt_ = 0;  ///< Number of sent_debt_, or of the one before; 0: there was none.
    Numbers numbers_;
    Numbers debts_;
    std::int64_t number_ = 0;  ///< Of the last question.
    std::int64_t unsure_from_ = 0;
    bool is_sound_ = true;  ///< The last question was answered.
    bool is_retired_ = false;
    BucketKnowledge known_;
    SteadyTime known_since_{};
};

}  // namespace turnpike::limits
