#include "common/limits/lease.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::limits;

namespace {

constexpr BucketLimit kLimit{1000, 1000};
const SteadyTime kStart{Seconds(100)};

BucketAnswer added(std::int64_t tokens) {
    BucketAnswer answer;
    answer.added = tokens;
    answer.known = {1, 500, 0};
    return answer;
}

BucketLease stocked(std::int64_t tokens) {
    BucketLease lease(SteadyTime{});
    lease.stock().note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(kLimit, added(tokens));
    return lease;
}

}  // namespace

TEST_CASE("a lease knows nothing at first, then has its stock until it ends") {
    BucketLease lease(SteadyTime{});
    CHECK(lease.standing(kStart) == Standing::Unknown);
    lease = stocked(2);
    CHECK(lease.standing(kStart) == Standing::Available);
    CHECK(lease.standing(kStart + Stock::kLease - Stock::kLeaseMargin) == Standing::Unknown);
    lease.stock().spend();
    lease.stock().spend();
    CHECK(lease.standing(kStart) == Standing::Unknown);
}

TEST_CASE("the end of a stock counts from when it was asked for") {
    BucketLease lease(SteadyTime{});
    lease.stock().note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(kLimit, added(2));
    CHECK(lease.standing(kStart + Stock::kLease - Stock::kLeaseMargin) == Standing::Unknown);
}

TEST_CASE("a refusal lasts until the next token, and a little longer if the burst allows it") {
    for (const auto& [limit, expected] : {std::pair{BucketLimit{10, 1}, Milliseconds(30)},
                                          std::pair{BucketLimit{1, 1000}, Milliseconds(30)},
                                          std::pair{BucketLimit{1000, 1000}, Milliseconds(30)}}) {
        BucketLease lease(SteadyTime{});
        lease.question(1, kStart);
        BucketAnswer answer;
        answer.retry = Milliseconds(30);
        lease.answered(limit, answer);
        CHECK(lease.standing(kStart + expected - Milliseconds(1)) == Standing::Refused);
        CHECK(lease.standing(kStart + expected) == Standing::Unknown);
    }
    BucketLease lease(SteadyTime{});
    lease.question(1, kStart);
    BucketAnswer answer;
    answer.retry = Milliseconds(1);
    lease.answered(kLimit, answer);
    CHECK(lease.standing(kStart + Milliseconds(9)) == Standing::Refused);
    CHECK(lease.standing(kStart + Milliseconds(10)) == Standing::Unknown);
}

TEST_CASE("a question states what is held, reserved tokens too") {
    BucketLease lease = stocked(3);
    lease.stock().reserve();
    lease.stock().spend();
    CHECK(lease.question(1, kStart).held == 2);
    lease.answered(kLimit, added(0));
    lease.stock().use_reserved();
    CHECK(lease.question(1, kStart).held == 1);
}

TEST_CASE("a stock is wanted from the second request within two seconds on") {
    BucketLease lease(SteadyTime{});
    const auto wanted_at = [&lease](SteadyTime now) {
        lease.stock().note_demand(now);
        const std::int64_t wanted = lease.question(1, now).wanted;
        lease.answered(kLimit, added(0));
        return wanted;
    };
    CHECK(wanted_at(kStart) == 0);
    CHECK_FALSE(lease.should_ask(kStart + Seconds(2)));
    CHECK(lease.is_forgettable(kStart + Seconds(2)));
    CHECK(wanted_at(kStart + Seconds(2)) == 0);
    CHECK(wanted_at(kStart + Milliseconds(3999)) > 0);
    CHECK(wanted_at(kStart + Milliseconds(5999)) == 0);
}

TEST_CASE("a rush is measured as soon as it tells enough") {
    BucketLease lease(SteadyTime{});
    SteadyTime now = kStart;
    const auto wanted_after = [&lease, &now](int requests, Microseconds apart) {
        for (int i = 0; i < requests; ++i) lease.stock().note_demand(now += apart);
        const std::int64_t wanted = lease.question(1, now).wanted;
        lease.answered(kLimit, added(0));
        return wanted;
    };
    constexpr std::int64_t kLeast = 16;
    CHECK(wanted_after(90, Microseconds(1000)) == kLeast);
    CHECK(wanted_after(20, Microseconds(1000)) > 5000);
    CHECK(wanted_after(200, Microseconds(100)) > 10'000);
}

TEST_CASE("what nobody wants for two seconds is given back") {
    BucketLease lease = stocked(40);
    CHECK_FALSE(lease.should_ask(kStart + Milliseconds(1999)));
    REQUIRE(lease.should_ask(kStart + Seconds(2)));
    const BucketQuestion question = lease.question(0, kStart + Seconds(2));
    CHECK(question.returned == 40);
    CHECK(question.held == 0);
    CHECK(question.wanted == 0);
    lease.answered(kLimit, added(0));
    CHECK(lease.is_forgettable(kStart + Seconds(2)));
}

TEST_CASE("a stock that is down to a quarter is asked for, if there was one") {
    BucketLease lease = stocked(8);
    for (int i = 0; i < 5; ++i) lease.stock().spend();
    CHECK_FALSE(lease.should_ask(kStart));
    lease.stock().spend();
    CHECK(lease.should_ask(kStart));
    CHECK_FALSE(stocked(0).should_ask(kStart));
}

TEST_CASE("a debt keeps its number until a question is answered") {
    BucketLease lease(SteadyTime{});
    lease.question(1, kStart);
    lease.failed();
    lease.owe(5);
    CHECK(lease.forgive_one());
    CHECK(lease.question(0, kStart).owed == 4);
    lease.failed();
    lease.owe(2);
    const BucketQuestion again = lease.question(0, kStart);
    CHECK(again.owed == 4);
    CHECK(again.debt == 1);
    CHECK_FALSE(lease.is_forgettable(kStart + Seconds(9)));
    lease.answered(kLimit, added(0));
    REQUIRE(lease.should_ask(kStart));
    const BucketQuestion next = lease.question(0, kStart);
    CHECK(next.owed == 2);
    CHECK(next.debt == 2);
    lease.answered(kLimit, added(0));
    CHECK(lease.question(0, kStart).owed == 0);
}

TEST_CASE("questions are numbered, and tell from where on answers did not come") {
    BucketLease lease(SteadyTime{});
    CHECK(lease.question(4, kStart).unsure_from == 0);
    lease.failed();
    CHECK(lease.question(0, kStart).unsure_from == 1);
    lease.failed();
    const BucketQuestion third = lease.question(0, kStart);
    CHECK(third.number == 3);
    CHECK(third.unsure_from == 1);
    lease.failed();
    CHECK_FALSE(lease.is_forgettable(kStart + Seconds(9)));  // nobody else could tell it
    lease.question(0, kStart);
    lease.answered(kLimit, added(0));
    CHECK(lease.is_forgettable(kStart + Seconds(9)));
    CHECK(lease.question(0, kStart).unsure_from == 0);
}

TEST_CASE("a lease after a forgotten one has larger numbers") {
    BucketLease forgotten(kStart);
    std::int64_t number = 0, debt = 0;
    for (int i = 0; i < 1000; ++i) {
        forgotten.owe(1);
        const BucketQuestion question = forgotten.question(1, kStart);
        CHECK(question.number > number);
        CHECK(question.debt > debt);
        number = question.number;
        debt = question.debt;
        forgotten.answered(kLimit, added(0));
    }
    BucketLease lease(kStart + Milliseconds(2));
    CHECK(lease.question(1, kStart).number > number);
    CHECK(lease.question(1, kStart).debt == 0);
    lease.owe(1);
    CHECK(lease.question(1, kStart).debt > debt);
}

TEST_CASE("a retired lease gives everything back, whoever waits") {
    BucketLease lease = stocked(7);
    lease.retire();
    const BucketQuestion question = lease.question(1, kStart);
    CHECK(question.returned == 7);
    CHECK(question.wanted == 0);
}
