#include "data-plane/worker/send_ring.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/task_set.hpp"

using namespace turnpike::worker;

namespace {

/// Two sockets that are connected; the ends are closed with it.
struct Pair {
    Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0); }
    ~Pair() {
        for (const int end : ends) ::close(end);
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    std::string received() const {
        std::string bytes(4096, ' ');
        const auto count = ::recv(ends[1], bytes.data(), bytes.size(), 0);
        bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return bytes;
    }

    std::array<int, 2> ends{-1, -1};
};

std::vector<Outgoing*> pointers(std::vector<Outgoing>& all) {
    std::vector<Outgoing*> found;
    for (Outgoing& one : all) found.push_back(&one);
    return found;
}

Task<> send_to(Reactor& reactor, Outgoing& outgoing, std::vector<int>& order, int number) {
    struct Sent {
        Reactor& loop;
        Outgoing& bytes;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter) {
            bytes.waiter = waiter;
            loop.send(bytes);
        }
        void await_resume() const noexcept {}
    };
    co_await Sent{reactor, outgoing};
    order.push_back(number);
}

}  // namespace

TEST_CASE("what is sent together arrives as if sent one by one") {
    for (const auto way : {SendRing::Way::Best, SendRing::Way::OneByOne}) {
        SendRing ring(way);
        // More than one call of the ring takes.
        std::vector<Pair> pairs(300);
        std::vector<std::string> texts;
        std::vector<Outgoing> all;
        for (std::size_t i = 0; i < pairs.size(); ++i) texts.push_back("text " + std::to_string(i));
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            all.push_back({.descriptor = pairs[i].ends[0],
                           .first = texts[i],
                           .second = i % 3 == 0 ? " and more" : ""});
        }
        auto sends = pointers(all);
        sends[7] = nullptr;
        ring.send(sends);
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const std::string wanted = i == 7 ? "" : texts[i] + (i % 3 == 0 ? " and more" : "");
            CHECK(all[i].outcome == static_cast<std::int64_t>(wanted.size()));
            CHECK(pairs[i].received() == wanted);
        }
    }
}

TEST_CASE("each send has its own outcome, and those to one socket keep their order") {
    for (const auto way : {SendRing::Way::Best, SendRing::Way::OneByOne}) {
        SendRing ring(way);
        const Pair open;
        const Pair full;
        Pair gone;
        ::close(std::exchange(gone.ends[1], -1));
        const std::string large(16U << 20U, 'x');
        std::vector<Outgoing> all{{.descriptor = open.ends[0], .first = "a"},
                                  {.descriptor = gone.ends[0], .first = "b"},
                                  {.descriptor = full.ends[0], .first = large},
                                  {.descriptor = full.ends[0], .first = "c"},
                                  {.descriptor = -1, .first = "d"},
                                  {.descriptor = open.ends[0], .first = "e"},
                                  {.descriptor = open.ends[0], .first = "f"}};
        ring.send(pointers(all));
        CHECK(all[0].outcome == 1);
        CHECK(all[1].outcome == -EPIPE);
        CHECK(all[2].outcome > 0);
        CHECK(all[2].outcome < static_cast<std::int64_t>(large.size()));
        CHECK(all[3].outcome == -EAGAIN);
        CHECK(all[4].outcome == -EBADF);
        CHECK(open.received() == "aef");
        // It serves after failures, too.
        all.resize(2);
        all[1].descriptor = open.ends[0];
        ring.send(pointers(all));
        CHECK(open.received() == "ab");
    }
}

TEST_CASE(
    "a reactor sends at the end of the turn, then resumes; a send that is destroyed is not made") {
    Reactor reactor;
    const Pair pair;
    std::vector<Outgoing> all{{.descriptor = pair.ends[0], .first = "a"},
                              {.descriptor = pair.ends[0], .first = "b"},
                              {.descriptor = pair.ends[0], .first = "c"}};
    std::vector<int> order;
    TaskSet tasks;
    reactor.post([&] {
        for (int i = 0; i < 3; ++i) {
            tasks.spawn(send_to(reactor, all[static_cast<std::size_t>(i)], order, i));
        }
        CHECK(order.empty());
        CHECK(pair.received().empty());
        reactor.forget(all[1]);
        reactor.stop();
    });
    reactor.run();
    CHECK(order == std::vector<int>{0, 2});
    CHECK(pair.received() == "ac");
}
