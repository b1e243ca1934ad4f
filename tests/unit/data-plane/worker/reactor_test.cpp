#include "data-plane/worker/reactor.hpp"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "data-plane/worker/signal.hpp"
#include "data-plane/worker/task_set.hpp"

using namespace std::chrono_literals;
using turnpike::steady_now;
using turnpike::SteadyTime;
using namespace turnpike::worker;

namespace {

struct Pair {
    Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0); }
    int ends[2];
};

Task<> read_until_end(Reactor& reactor, int descriptor, std::string& received) {
    Socket socket(reactor, descriptor, Socket::State::Established);
    char bytes[4];
    for (;;) {
        co_await socket.readable();
        const auto count = ::read(descriptor, bytes, sizeof bytes);
        if (count == 0) break;
        if (count > 0) received.append(bytes, static_cast<std::size_t>(count));
        if (count < static_cast<ssize_t>(sizeof bytes)) socket.drained();
    }
    reactor.stop();
}

Task<> wait_for(Reactor& reactor, int descriptor, bool& resumed) {
    Socket socket(reactor, descriptor, Socket::State::Established);
    co_await socket.readable();
    resumed = true;
}

}  // namespace

TEST_CASE("posts of a thread run in order on the reactor") {
    Reactor reactor;
    std::vector<int> order;
    std::thread poster([&] {
        for (int i = 0; i < 1000; ++i) reactor.post([&order, i] { order.push_back(i); });
        reactor.stop();
    });
    reactor.run();
    poster.join();
    REQUIRE(order.size() == 1000);
    CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("work may post more work, and sees its reactor") {
    Reactor reactor;
    bool ran = false;
    reactor.post([&] {
        CHECK(&Reactor::current() == &reactor);
        reactor.post([&] {
            ran = true;
            reactor.stop();
        });
    });
    reactor.run();
    CHECK(ran);
}

TEST_CASE("timers fire in the order of their times and never early") {
    Reactor reactor;
    std::vector<int> order;
    const SteadyTime start = reactor.now();
    Timer late(reactor, [&] {
        CHECK(steady_now() - start >= 60ms);
        order.push_back(2);
        reactor.stop();
    });
    Timer early(reactor, [&] {
        CHECK(steady_now() - start >= 20ms);
        order.push_back(1);
    });
    late.expire_at(start + 60ms);
    early.expire_at(start + 20ms);
    reactor.run();
    CHECK(order == std::vector<int>{1, 2});
}

TEST_CASE("a timer that is set again fires once, at the last time given") {
    Reactor reactor;
    int fired = 0;
    const SteadyTime start = reactor.now();
    Timer timer(reactor, [&] {
        ++fired;
        CHECK(steady_now() - start >= 50ms);
    });
    timer.expire_at(start + 10ms);
    timer.expire_at(start + 50ms);
    Timer end(reactor, [&] { reactor.stop(); });
    end.expire_at(start + 100ms);
    reactor.run();
    CHECK(fired == 1);
    CHECK_FALSE(timer.is_set());
}

TEST_CASE("a timer may be moved to an earlier time") {
    Reactor reactor;
    Timer timer(reactor, [&] { reactor.stop(); });
    timer.expire_after(1h);
    timer.expire_after(5ms);
    reactor.run();
}

TEST_CASE("a cancelled timer stays silent, and can be set anew") {
    Reactor reactor;
    int fired = 0;
    Timer timer(reactor, [&] { ++fired; });
    timer.expire_after(8ms);
    timer.cancel();
    Timer end(reactor, [&] {
        CHECK(fired <= 1);
        if (fired == 1) return reactor.stop();
        timer.expire_after(8ms);
        end.expire_after(50ms);
    });
    end.expire_after(40ms);
    reactor.run();
    CHECK(fired == 1);
}

TEST_CASE("a timer's callback may destroy any timer, itself included") {
    Reactor reactor;
    auto other = std::make_unique<Timer>(reactor, [] { FAIL("was destroyed"); });
    std::unique_ptr<Timer> self;
    self = std::make_unique<Timer>(reactor, [&] {
        other.reset();
        self.reset();
        reactor.stop();
    });
    const SteadyTime when = reactor.now() + 8ms;
    self->expire_at(when);
    other->expire_at(when);
    reactor.run();
}

TEST_CASE("a deadline that never comes can be set") {
    Reactor reactor;
    Timer timer(reactor, [] { FAIL("never"); });
    timer.expire_at(SteadyTime::max());
    reactor.stop();
    reactor.run();
}

TEST_CASE("a coroutine reads what arrives and the end of it") {
    Reactor reactor;
    Pair pair;
    std::string received;
    TaskSet tasks;
    tasks.spawn(read_until_end(reactor, pair.ends[0], received));
    CHECK(tasks.size() == 1);
    std::thread writer([&] {
        REQUIRE(::write(pair.ends[1], "hello world", 11) == 11);
        ::close(pair.ends[1]);
    });
    reactor.run();
    writer.join();
    CHECK(received == "hello world");
    CHECK(tasks.size() == 0);
}

TEST_CASE("a waiting coroutine is destroyed with its set") {
    Reactor reactor;
    Pair pair;
    bool resumed = false;
    {
        TaskSet tasks;
        tasks.spawn(wait_for(reactor, pair.ends[0], resumed));
    }
    CHECK_FALSE(resumed);
    char byte;
    CHECK(::read(pair.ends[1], &byte, 1) == 0);  // its socket was closed
    ::close(pair.ends[1]);
}

TEST_CASE("events of a socket that an earlier event of the turn closed are dropped") {
    Reactor reactor;
    Pair first;
    Pair second;
    int served = 0;
    auto a = std::make_unique<Socket>(reactor, first.ends[0], Socket::State::Established);
    auto b = std::make_unique<Socket>(reactor, second.ends[0], Socket::State::Established);
    const auto serve = [&] {
        ++served;
        a.reset();
        b.reset();
        reactor.stop();
    };
    a->on_event_while_idle(serve);
    b->on_event_while_idle(serve);
    REQUIRE(::write(first.ends[1], "x", 1) == 1);
    REQUIRE(::write(second.ends[1], "x", 1) == 1);
    reactor.run();
    CHECK(served == 1);
    ::close(first.ends[1]);
    ::close(second.ends[1]);
}

TEST_CASE(
    "a wait that is resumed ends, those after it wait; of a socket that is given up none do") {
    Reactor reactor;
    Pair pair;
    Socket socket(reactor, pair.ends[0], Socket::State::Connecting);
    int reads = 0;
    int writes = 0;
    const auto read = [](Socket& waited, int& count) -> Task<> {
        for (int i = 0; i < 3; ++i) {
            co_await waited.readable();
            ++count;
        }
    };
    const auto write = [](Socket& waited, int& count) -> Task<> {
        co_await waited.writable();
        ++count;
    };
    TaskSet tasks;
    tasks.spawn(read(socket, reads));
    tasks.spawn(write(socket, writes));
    CHECK(reads == 0);
    socket.resume(true, false);
    CHECK(reads == 1);
    CHECK(writes == 0);
    socket.give_up();
    CHECK(reads == 3);
    CHECK(writes == 1);
    ::close(pair.ends[1]);
}

TEST_CASE("a watch tells as long as the descriptor is ready") {
    Reactor reactor;
    const int counter = ::eventfd(3, EFD_NONBLOCK | EFD_SEMAPHORE);
    int calls = 0;
    {
        Watch watch(reactor, counter, Watch::kRead, [&](bool readable, bool) {
            CHECK(readable);
            std::uint64_t value;
            REQUIRE(::read(counter, &value, sizeof value) == sizeof value);
            if (++calls == 3) reactor.stop();
        });
        reactor.run();
    }
    CHECK(calls == 3);
    ::close(counter);
}

TEST_CASE("a signal resumes its waiter after the setter has gone on") {
    Reactor reactor;
    Signal signal(reactor);
    std::vector<int> order;
    const auto wait = [](Reactor& loop, Signal& awaited, std::vector<int>& out) -> Task<> {
        const bool was_set = co_await awaited.wait();
        CHECK(was_set);
        out.push_back(2);
        loop.stop();
    };
    TaskSet tasks;
    tasks.spawn(wait(reactor, signal, order));
    reactor.post([&] {
        signal.set();
        order.push_back(1);
    });
    reactor.run();
    CHECK(order == std::vector<int>{1, 2});
}

TEST_CASE("a turn goes from lane to lane, and each runs what was there when it began") {
    using Lane = Reactor::Lane;
    Reactor reactor;
    std::vector<std::string> order;
    const auto walk = [](Reactor& loop, std::string name, std::vector<std::string>& out,
                         bool ends) -> Task<> {
        const std::uint64_t turn = loop.turns();
        for (const auto& [lane, text] :
             {std::pair{Lane::Requests, "requests "}, std::pair{Lane::Calls, "calls "},
              std::pair{Lane::Sends, "sends "}}) {
            co_await Yield(loop, lane);
            CHECK(loop.turns() == turn);
            out.push_back(text + name);
        }
        // The first lane of this turn is over.
        co_await Yield(loop, Lane::Requests);
        CHECK(loop.turns() == turn + 2);
        if (ends) loop.stop();
    };
    TaskSet tasks;
    reactor.post([&] {
        tasks.spawn(walk(reactor, "a", order, false));
        tasks.spawn(walk(reactor, "b", order, true));
    });
    reactor.run();
    CHECK(order == std::vector<std::string>{"requests a", "requests b", "calls a", "calls b",
                                            "sends a", "sends b"});
}

TEST_CASE("a wait for a signal ends at its time") {
    Reactor reactor;
    Signal signal(reactor);
    bool timed_out = false;
    const auto wait = [](Reactor& loop, Signal& awaited, bool& out) -> Task<> {
        const bool was_set = co_await awaited.wait_until(loop.now() + 10ms);
        out = !was_set;
        co_await Delay(loop, 8ms);
        loop.stop();
    };
    TaskSet tasks;
    tasks.spawn(wait(reactor, signal, timed_out));
    reactor.run();
    CHECK(timed_out);
}

TEST_CASE("a coroutine destroyed between signal and resumption is not resumed") {
    Reactor reactor;
    Signal signal(reactor);
    const auto wait = [](Signal& awaited) -> Task<> {
        co_await awaited.wait();
        FAIL("was destroyed");
    };
    auto tasks = std::make_unique<TaskSet>();
    tasks->spawn(wait(signal));
    reactor.post([&] {
        signal.set();
        tasks.reset();
        reactor.stop();
    });
    reactor.run();
}

TEST_CASE("the turn counter is odd while a turn lasts") {
    Reactor reactor;
    std::uint64_t seen = 0;
    reactor.post([&] {
        seen = reactor.turns();
        reactor.stop();
    });
    reactor.run();
    CHECK(seen % 2 == 1);
    CHECK(reactor.turns() % 2 == 0);
}
