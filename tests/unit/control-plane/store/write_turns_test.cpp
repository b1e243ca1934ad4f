#include "control-plane/store/write_turns.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace turnpike::store {
namespace {

constexpr Milliseconds kLong{60'000};

TEST_CASE("as many turns as there are, and no more") {
    WriteTurns turns(2, Milliseconds{1});
    const WriteTurns::Turn first = turns.take();
    WriteTurns::Turn second = turns.take();
    CHECK(first);
    CHECK(second);
    CHECK_FALSE(turns.take());
    second.end();
    second.end();
    CHECK(turns.take());
    CHECK(turns.take());
}

TEST_CASE("a turn that ends goes to who waits, and never to two") {
    WriteTurns turns(1, kLong);
    std::atomic<int> working = 0;
    std::atomic<int> most = 0;
    std::atomic<int> served = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 200; ++j) {
                const WriteTurns::Turn turn = turns.take();
                const int here = ++working;
                if (here > most) most = here;
                served += turn ? 1 : 0;
                --working;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(most == 1);
    CHECK(served == 1600);
}

TEST_CASE("who gave up waiting leaves the line") {
    WriteTurns turns(1, Milliseconds{1});
    WriteTurns::Turn held = turns.take();
    CHECK_FALSE(turns.take());
    held.end();
    CHECK(turns.take());
}

}  // namespace
}  // namespace turnpike::store
