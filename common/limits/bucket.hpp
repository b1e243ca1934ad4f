#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"

/// What lessees and the keeper of a bucket (Redis) say to each other; docs/limits.md.
namespace turnpike::limits {

/// Tokens a second, and at most.
struct BucketLimit {
    double rate = 0;
    double burst = 0;

    /// Nothing is ever admitted.
    bool blocks() const { return rate <= 0 || burst < 1; }
    bool operator==(const BucketLimit&) const = default;
};

/// What a lessee knows of a bucket, and what it begins with if its keeper lost its memory.
struct BucketKnowledge {
    std::int64_t calls = 0;  ///< How many there had been; 0: nothing is known.
    double level = 0;
    std::int64_t at_us = 0;  ///< By the keeper's clock.
};

/// How long those who wait have been waiting, in order: of the first, of those at the positions
/// that follow by next_position(), and at the end of the youngest. Between two, it counts as the
/// later one.
using Ages = std::vector<std::int64_t>;
/// Each, as long as there are few; then every eighth more.
constexpr std::int64_t next_position(std::int64_t position) {
    return position + 1 > position * 9 / 8 ? position + 1 : position * 9 / 8;
}
/// `age_of`: of the one with this index, from 0.
template <typename AgeOf>
Ages ages_of(std::int64_t waiting, AgeOf age_of) {
    Ages ages;
    for (std::int64_t position = 1; position < waiting; position = next_position(position)) {
        ages.push_back(age_of(position - 1));
    }
    if (waiting > 0) ages.push_back(age_of(waiting - 1));
    return ages;
}

struct BucketQuestion {
    std::int64_t waiting = 0;  ///< Requests that want a token now.
    Ages ages_us;              ///< Of those waiting, when it was sent; empty: 0.
    /// The keeper's time by which it had been sent, see KeeperClock; 0: not known.
    std::int64_t sent_us = 0;
    std::int64_t held = 0;      ///< What the lessee has, and keeps.
    std::int64_t wanted = 0;    ///< What it would like to have, with what it has.
    std::int64_t share = 64;    ///< At most this part of the level is given for later.
    std::int64_t returned = 0;  ///< Of what it held, what it gives back.
    std::int64_t debt = 0;      ///< Number of `owed`, so that it counts once.
    std::int64_t owed = 0;      ///< What it let through unasked.
    std::int64_t number = 0;    ///< Of the question; grows. 0: of one that nothing can overtake.
    /// The first whose answer did not come, since one did; 0: none. What such a one was granted was
    /// given to nobody: those who waited went by policy, and are in `owed` if they were admitted.
    std::int64_t unsure_from = 0;
    BucketKnowledge known;
};

struct BucketAnswer {
    std::int64_t granted = 0;  ///< Of those waiting.
    std::int64_t added = 0;    ///< To the stock.
    /// Until the next token comes; 0 if everybody waiting got one.
    Microseconds retry{0};
    BucketKnowledge known;
    std::int64_t held_by_all = 0;
};

/// A token bucket with lessees. Invariant: level + held tokens <= burst, but for what ran over
/// while requests were on their way here.
///
/// A full bucket runs over; but a request that has been waiting for an answer could have taken what
/// ran over meanwhile. So the level may be above the burst by what came in the last 50 ms, and a
/// request of some age may have of it what came since the request did. In a small bucket with a
/// high rate, nearly everything would be lost otherwise. The script `bucket` (scripts.hpp) does the
/// same in Redis; a test compares them.
class Bucket {
public:
    /// Full, unless the lessee knows better.
    BucketAnswer answer(const BucketLimit& limit, const std::string& lessee,
                        const BucketQuestion& question, Microseconds lease, std::int64_t now_us);

    /// For a bucket of this process alone. Returns: whether there was a token.
    bool take(const BucketLimit& limit, std::int64_t now_us);
    /// Sets the level, if it was never used before.
    void begin_with(double level, std::int64_t now_us);

    bool is_new() const { return calls_ == 0; }
    double level() const { return level_; }
    std::int64_t held() const;
    /// What the lessee held when it last asked, if its lease has not ended.
    std::int64_t leased_to(const std::string& lessee, std::int64_t now_us) const;
    std::int64_t at_us() const { return at_us_; }

private:
    struct Lease {
        std::int64_t tokens = 0;
        std::int64_t expires_us = 0;
        std::int64_t asked = 0;    ///< Number of the last question,
        std::int64_t granted = 0;  ///< and what it was granted.
        std::int64_t paid = 0;     ///< Number of the last debt.
    };
    void begin(const BucketLimit& limit, const BucketKnowledge& known, std::int64_t now_us);
    double room(const BucketLimit& limit) const;
    void refill(const BucketLimit& limit, std::int64_t until_us);
    void take_back(const BucketLimit& limit, const BucketQuestion& question, const Lease& before);
    std::int64_t grant(const BucketLimit& limit, const BucketQuestion& question,
                       std::int64_t now_us);
    void end_expired(const BucketLimit& limit, std::int64_t now_us);

    double level_ = 0;
    std::int64_t at_us_ = 0;
    std::int64_t calls_ = 0;
    std::map<std::string, Lease> leases_;
};

}  // namespace turnpike::limits
