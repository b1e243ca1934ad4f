#include "data-plane/limits/waiter.hpp"

#include <doctest/doctest.h>

#include "data-plane/worker/reactor.hpp"

using namespace turnpike;
using namespace turnpike::limits;

namespace {

struct Keeper final : Source {
    Keeper() : Source(0) {}
    void commit(const Want&) override {}
    void release(const Want&) override {}
    Want::State decide_alone(std::int64_t, SteadyTime) override { return Want::State::Refused; }
};

}  // namespace

TEST_CASE("what is granted to one who left is for the next of a quota, for nobody of a bucket") {
    worker::Reactor reactor;
    Keeper keeper;
    Waiter first(reactor);
    Waiter second(reactor);
    Waiter third(reactor);
    Want& leaves = first.add(Level::Client, keeper);
    Want& stays = second.add(Level::Client, keeper);
    Want& comes_last = third.add(Level::Client, keeper);
    for (Want* want : {&leaves, &stays, &comes_last}) keeper.line.join(*want, reactor.now());
    REQUIRE(keeper.line.ask() == 3);
    keeper.line.leave(leaves);
    SUBCASE("bucket") {
        CHECK(keeper.line.answered(2, Grants::ByPlace) == 1);
        CHECK(stays.state == Want::State::Granted);
        CHECK(comes_last.state == Want::State::Refused);
    }
    SUBCASE("quota") {
        CHECK(keeper.line.answered(2, Grants::InOrder) == 0);
        CHECK(stays.state == Want::State::Granted);
        CHECK(comes_last.state == Want::State::Granted);
    }
    CHECK(keeper.line.is_at_rest());
}
