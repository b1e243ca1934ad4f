#include "common/limits/quota.hpp"

#include <doctest/doctest.h>

using namespace turnpike;
using namespace turnpike::limits;

namespace {

const SteadyTime kStart{Seconds(100)};

QuotaAnswer answer(std::int64_t granted, std::int64_t added, std::int64_t left,
                   Milliseconds rest = Seconds(3600)) {
    QuotaAnswer one;
    one.is_filled = true;
    one.granted = granted;
    one.added = added;
    one.left = left;
    one.rest = rest;
    one.window_s = 86'400;
    one.used = 5;
    return one;
}

}  // namespace

TEST_CASE("a spent quota is refused until its window ends") {
    QuotaLease lease(SteadyTime{});
    lease.note_demand(kStart);
    lease.question(2, kStart);
    lease.answered(answer(1, 0, 0, Seconds(10)), kStart);
    CHECK(lease.standing(kStart + Milliseconds(9999)) == Standing::Refused);
    CHECK(lease.standing(kStart + Seconds(10)) == Standing::Unknown);
}

TEST_CASE("while others hold units, they may come back") {
    QuotaLease lease(SteadyTime{});
    lease.note_demand(kStart);
    lease.question(1, kStart);
    QuotaAnswer nothing = answer(0, 0, 0);
    nothing.held_by_others = 3;
    lease.answered(nothing, kStart);
    CHECK(lease.standing(kStart + Milliseconds(499)) == Standing::Refused);
    CHECK(lease.standing(kStart + Milliseconds(500)) == Standing::Unknown);
}

TEST_CASE("units end with their window") {
    QuotaLease lease(SteadyTime{});
    lease.note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(answer(1, 8, 100, Seconds(2)), kStart + Seconds(1));
    CHECK(lease.standing(kStart + Milliseconds(1999)) == Standing::Available);
    CHECK(lease.standing(kStart + Seconds(2)) == Standing::Unknown);
    lease.note_demand(kStart + Seconds(2));
    CHECK(lease.question(1, kStart + Seconds(2)).held == 0);
}

TEST_CASE("a unit of a request that was not admitted goes to the next one") {
    QuotaLease lease(SteadyTime{});
    lease.note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(answer(1, 0, 10), kStart);
    lease.keep_granted();
    REQUIRE(lease.standing(kStart) == Standing::Available);
    lease.take();
    CHECK(lease.standing(kStart) == Standing::Unknown);
}

TEST_CASE("a granted unit that nobody uses is told of, if the keeper surely counts it") {
    QuotaLease lease(SteadyTime{});
    lease.note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(answer(1, 0, 10), kStart);
    lease.keep_granted();
    CHECK_FALSE(lease.should_ask(kStart + Milliseconds(1999)));
    REQUIRE(lease.should_ask(kStart + Seconds(2)));
    QuotaLease unsound = lease;
    CHECK(lease.question(0, kStart + Seconds(2)).refund == 1);
    unsound.failed();
    CHECK(unsound.question(0, kStart + Seconds(2)).refund == 0);
}

TEST_CASE("a debt keeps its number until it is answered") {
    QuotaLease lease(SteadyTime{});
    lease.owe(3);
    CHECK(lease.question(0, kStart).owed == 3);
    lease.failed();
    lease.owe(2);
    const QuotaQuestion again = lease.question(0, kStart);
    CHECK(again.owed == 3);
    CHECK(again.debt == 1);
    lease.answered(answer(0, 0, 10), kStart);
    const QuotaQuestion next = lease.question(0, kStart);
    CHECK(next.owed == 2);
    CHECK(next.debt == 2);
}

TEST_CASE("what was owed is reported once it is paid") {
    QuotaLease lease(SteadyTime{});
    lease.owe(3);
    CHECK(lease.forgive_one());
    CHECK(lease.take_settled() == 1);
    lease.question(0, kStart);
    lease.answered(QuotaAnswer{}, kStart);  // the keeper is being filled
    CHECK(lease.take_settled() == 0);
    lease.question(0, kStart);
    lease.failed();
    CHECK(lease.take_settled() == 0);
    CHECK(lease.owes());
    lease.question(0, kStart);
    lease.answered(answer(0, 0, 10), kStart);
    CHECK(lease.take_settled() == 2);
    CHECK(lease.take_settled() == 0);
    CHECK_FALSE(lease.owes());
}

TEST_CASE("who leaves while the keeper is being filled reports what it owes, and does not pay") {
    QuotaLease lease(SteadyTime{});
    lease.owe(3);
    lease.retire();
    lease.question(0, kStart);
    lease.answered(QuotaAnswer{}, kStart);
    CHECK(lease.take_settled() == 3);
    CHECK(lease.question(0, kStart).owed == 0);
}

TEST_CASE("a lease after a forgotten one has larger numbers") {
    QuotaLease forgotten(kStart);
    forgotten.owe(1);
    const QuotaQuestion last = forgotten.question(1, kStart);
    QuotaLease lease(kStart + Milliseconds(2));
    lease.owe(1);
    const QuotaQuestion first = lease.question(1, kStart);
    CHECK(first.number > last.number);
    CHECK(first.debt > last.debt);
}

TEST_CASE("a question without an answer is told of until one is answered") {
    QuotaLease lease(SteadyTime{});
    CHECK(lease.question(4, kStart).unsure_from == 0);
    lease.failed();
    CHECK(lease.question(0, kStart).unsure_from == 1);
    lease.failed();
    const QuotaQuestion third = lease.question(0, kStart);
    CHECK(third.number == 3);
    CHECK(third.unsure_from == 1);
    lease.failed();
    CHECK_FALSE(lease.is_forgettable(kStart + Seconds(9)));  // nobody else could tell it
    lease.question(0, kStart);
    lease.answered(answer(0, 0, 10), kStart);
    CHECK(lease.is_forgettable(kStart + Seconds(9)));
    CHECK(lease.question(0, kStart).unsure_from == 0);
}

TEST_CASE("terms that changed end a refusal; a keeper that is being filled does not refuse") {
    QuotaLease lease(SteadyTime{});
    lease.note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(answer(0, 0, 0), kStart);
    lease.terms_changed();
    CHECK(lease.standing(kStart) == Standing::Unknown);
    lease.question(1, kStart);
    lease.answered(QuotaAnswer{}, kStart);
    CHECK(lease.standing(kStart) == Standing::Unknown);
}

TEST_CASE("what was granted in a window ends with it, also when the answer is of the next one") {
    QuotaLease lease(SteadyTime{});
    lease.note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(answer(1, 8, 100, Seconds(2)), kStart);
    lease.keep_granted();
    lease.owe(1);
    // Asked in the one, answered in the other.
    lease.question(0, kStart + Milliseconds(1999));
    QuotaAnswer next = answer(0, 0, 100);
    next.window_s = 2 * 86'400;
    lease.answered(next, kStart + Seconds(2));
    CHECK(lease.in_hand(kStart + Seconds(2)) == 0);
    CHECK(lease.question(1, kStart + Seconds(2)).returned == 0);
}

TEST_CASE("what may not be kept is given back, but for what was spent meanwhile") {
    QuotaLease lease(SteadyTime{});
    lease.note_demand(kStart);
    lease.question(1, kStart);
    lease.answered(answer(1, 8, 100), kStart);
    CHECK(lease.question(0, kStart).held == 8);
    lease.take();
    lease.take();
    QuotaAnswer less = answer(0, 0, 0);
    less.kept = 5;
    lease.answered(less, kStart);
    CHECK(lease.in_hand(kStart) == 3);
    CHECK(lease.should_ask(kStart));
    const QuotaQuestion told = lease.question(0, kStart);
    CHECK(told.held == 3);
    CHECK(told.returned == 3);
    // Spent: 8 - 3 - 3.
    lease.answered(less, kStart);
    CHECK(lease.question(0, kStart).returned == 0);
}
