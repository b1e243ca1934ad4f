#include "common/limits/bucket.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::limits;

namespace {

constexpr BucketLimit kLimit{10, 5};
constexpr Microseconds kLease{1'000'000};
constexpr std::int64_t kSecond = 1'000'000;

BucketQuestion waiting(std::int64_t requests) {
    BucketQuestion question;
    question.waiting = requests;
    return question;
}

BucketQuestion holding(std::int64_t held, std::int64_t wanted = 0, std::int64_t share = 1) {
    BucketQuestion question;
    question.held = held;
    question.wanted = wanted;
    question.share = share;
    return question;
}

}  // namespace

TEST_CASE("a bucket starts full, and refills at its rate up to its burst") {
    Bucket bucket;
    CHECK(bucket.answer(kLimit, "a", waiting(7), kLease, 0).granted == 5);
    const BucketAnswer empty = bucket.answer(kLimit, "a", waiting(1), kLease, 0);
    CHECK(empty.granted == 0);
    CHECK(empty.retry == Milliseconds(100));
    CHECK(bucket.answer(kLimit, "b", waiting(1), kLease, 99'999).granted == 0);
    CHECK(bucket.answer(kLimit, "b", waiting(9), kLease, 100'000).granted == 1);
    CHECK(bucket.answer(kLimit, "b", waiting(9), kLease, 100 * kSecond).granted == 5);
}

TEST_CASE("what is held counts as in the bucket: it cannot refill beyond") {
    Bucket bucket;
    CHECK(bucket.answer(kLimit, "a", holding(0, 3), kLease, 0).added == 3);
    CHECK(bucket.answer(kLimit, "b", waiting(9), kLease, 0).granted == 2);
    // Half a second would bring five, but three are still with the other.
    CHECK(bucket.answer(kLimit, "b", waiting(9), kLease, kSecond / 2).granted == 2);
}

TEST_CASE("what is spent makes room from the moment that it is told") {
    Bucket bucket;
    bucket.answer(kLimit, "a", holding(0, 5), kLease, 0);
    bucket.answer(kLimit, "a", holding(1), kLease, kSecond / 2);
    CHECK(bucket.answer(kLimit, "b", waiting(9), kLease, kSecond).granted == 4);
}

TEST_CASE("who waited for the answer may have what ran over meanwhile, and nobody has it twice") {
    constexpr BucketLimit fast{1000, 2};
    Bucket bucket;
    bucket.answer(fast, "a", waiting(2), kLease, 0);
    BucketQuestion question = waiting(9);
    question.ages_us = {9000, 8500, 8000, 7500, 7000, 6500, 5000, 4500, 1000};
    CHECK(bucket.answer(fast, "a", question, kLease, 20'000).granted == 7);
    CHECK(bucket.answer(fast, "b", question, kLease, 20'000).granted == 0);
    CHECK(bucket.answer(fast, "b", waiting(9), kLease, 40'000).granted == 2);
    // Nobody waited longer than a question may take.
    question = waiting(900);
    question.ages_us = {90'000'000};
    CHECK(bucket.answer(fast, "b", question, kLease, kSecond).granted == 52);
}

TEST_CASE("what ran over while the question was on its way is for who waited then") {
    constexpr BucketLimit fast{1000, 2};
    Bucket bucket;
    bucket.answer(fast, "a", waiting(2), kLease, 1);
    BucketQuestion question = waiting(90);
    question.ages_us = {1000};
    question.sent_us = 30'000;
    SUBCASE("known") { CHECK(bucket.answer(fast, "a", question, kLease, 40'000).granted == 13); }
    SUBCASE("by a clock that is behind by then") {
        CHECK(bucket.answer(fast, "a", question, kLease, 29'000).granted == 3);
    }
    SUBCASE("not known") {
        question.sent_us = 0;
        CHECK(bucket.answer(fast, "a", question, kLease, 40'000).granted == 3);
    }
    SUBCASE("not longer than a question may take") {
        CHECK(bucket.answer(fast, "a", question, kLease, kSecond).granted == 52);
    }
}

TEST_CASE("what is given back is there at once, and never more than the burst") {
    Bucket bucket;
    bucket.answer(kLimit, "a", holding(0, 5), kLease, 0);
    BucketQuestion question;
    question.returned = 5;
    CHECK(bucket.answer(kLimit, "a", question, kLease, 0).known.level == 5);
    CHECK(bucket.answer(kLimit, "a", question, kLease, 0).known.level == 5);
}

TEST_CASE("a lease that ends counts as spent then") {
    Bucket bucket;
    bucket.answer(kLimit, "a", holding(0, 5), kLease, 0);
    CHECK(bucket.answer(kLimit, "b", waiting(9), kLease, kSecond - 1).granted == 0);
    CHECK(bucket.answer(kLimit, "b", waiting(9), kLease, kSecond + kSecond / 10).granted == 1);
}

TEST_CASE("only a share of what is there goes into a stock") {
    Bucket bucket;
    const BucketLimit large{1000, 640};
    CHECK(bucket.answer(large, "a", holding(0, 100, 64), kLease, 0).added == 10);
    CHECK(bucket.answer(large, "a", holding(10, 12, 64), kLease, 0).added == 2);
}

TEST_CASE("debts lower the level, at most by one burst below nothing") {
    Bucket bucket;
    BucketQuestion question;
    question.debt = 1;
    question.owed = 7;
    CHECK(bucket.answer(kLimit, "a", question, kLease, 0).known.level == -2);
    question.debt = 2;
    question.owed = 700;
    CHECK(bucket.answer(kLimit, "a", question, kLease, 0).known.level == -5);
    CHECK(bucket.answer(kLimit, "a", question, kLease, 0).known.level == -5);
}

TEST_CASE("a debt counts once, however often it is told") {
    Bucket bucket;
    BucketQuestion question;
    question.debt = 1;
    question.owed = 2;
    CHECK(bucket.answer(kLimit, "a", question, kLease, 0).known.level == 3);
    CHECK(bucket.answer(kLimit, "a", question, kLease, 0).known.level == 3);
    CHECK(bucket.answer(kLimit, "b", question, kLease, 0).known.level == 1);
}

TEST_CASE("what a lost answer granted covers what the policy admitted") {
    for (const std::int64_t admitted : {3, 1, 0}) {
        Bucket bucket;
        BucketQuestion question = waiting(3);
        question.number = 1;
        CHECK(bucket.answer(kLimit, "a", question, kLease, 0).granted == 3);
        question = waiting(0);
        question.number = 2;
        question.unsure_from = 1;
        question.debt = admitted > 0 ? 1 : 0;
        question.owed = admitted;
        // What nobody got of it is lost: the bucket has been filling up meanwhile.
        CHECK(bucket.answer(kLimit, "a", question, kLease, 0).known.level == 2);
    }
}

TEST_CASE("a lost answer is covered, though the bucket is full again") {
    Bucket bucket;
    BucketQuestion question = waiting(3);
    question.number = 1;
    bucket.answer(kLimit, "a", question, kLease, 0);
    question = waiting(0);
    question.number = 2;
    question.unsure_from = 1;
    question.debt = 1;
    question.owed = 3;
    CHECK(bucket.answer(kLimit, "a", question, kLease, kSecond).known.level >= 5);
}

TEST_CASE("a question that was overtaken changes nothing") {
    Bucket bucket;
    BucketQuestion newer = waiting(1);
    newer.wanted = 2;
    newer.share = 1;
    newer.number = 2;
    REQUIRE(bucket.answer(kLimit, "a", newer, kLease, 0).added == 2);
    BucketQuestion older = waiting(1);
    older.number = 1;
    CHECK(bucket.answer(kLimit, "a", older, kLease, 0).granted == 0);
    CHECK(bucket.held() == 2);
    CHECK(bucket.level() == 2);
}

TEST_CASE("a bucket that lost its memory begins with what a lessee knew") {
    BucketQuestion question = waiting(9);
    question.known = {3, 0.5, 2 * kSecond};
    Bucket lost;
    CHECK(lost.answer(kLimit, "a", question, kLease, 2 * kSecond + 150'000).granted == 2);
    Bucket stale;
    stale.answer(kLimit, "b", waiting(0), kLease, kSecond);
    CHECK(stale.answer(kLimit, "a", question, kLease, 2 * kSecond).granted == 0);
}

TEST_CASE("a clock that goes back brings no tokens twice") {
    Bucket bucket;
    bucket.answer(kLimit, "a", waiting(5), kLease, 10 * kSecond);
    CHECK(bucket.answer(kLimit, "a", waiting(5), kLease, 9 * kSecond).granted == 0);
    CHECK(bucket.answer(kLimit, "a", waiting(5), kLease, 10 * kSecond).granted == 0);
    CHECK(bucket.answer(kLimit, "a", waiting(5), kLease, 10 * kSecond + 100'000).granted == 1);
    // A clock of another machine, far behind: it goes by that one.
    CHECK(bucket.answer(kLimit, "a", waiting(5), kLease, kSecond).granted == 0);
    CHECK(bucket.answer(kLimit, "a", waiting(5), kLease, kSecond + 100'000).granted == 1);
}

TEST_CASE("a lower burst takes effect at once, a higher one by refilling") {
    Bucket bucket;
    CHECK(bucket.answer(kLimit, "a", waiting(1), kLease, 0).granted == 1);
    CHECK(bucket.answer({10, 2}, "a", waiting(9), kLease, 0).granted == 2);
    CHECK(bucket.answer({10, 50}, "a", waiting(9), kLease, 0).granted == 0);
    CHECK(bucket.answer({10, 50}, "a", waiting(90), kLease, kSecond).granted == 10);
}

TEST_CASE("a bucket of this process alone never has more than its burst") {
    const BucketLimit limit{100, 5};
    Bucket bucket;
    int taken = 0;
    for (; bucket.take(limit, 1'000'000); ++taken) {
    }
    for (; bucket.take(limit, 61'000'000); ++taken) {
    }
    CHECK(taken == 10);
}
