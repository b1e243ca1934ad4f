#include "data-plane/net/handover.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <deque>
#include <future>
#include <set>

#include "tests/unit/data-plane/net/harness.hpp"

using namespace turnpike;
using namespace turnpike::net;
using namespace turnpike::net::test;

namespace {

/// A free port; nothing listens on it.
SocketAddress free_address() {
    return Listener::bind(*SocketAddress::from_ip("127.0.0.1", 0))->address();
}

/// A worker process in small: a group and a reactor on a thread that answers other processes.
struct Process {
    Process(const SocketAddress& address, std::size_t sockets) {
        auto opened = ListenerGroup::open(address, sockets);
        REQUIRE(opened);
        group = *std::move(opened);
        group->serve(reactor);
        thread = std::thread([this] { reactor.run(); });
    }
    ~Process() { end(); }
    void end() {
        if (!thread.joinable()) return;
        reactor.post([this] { group->close(); });
        reactor.stop();
        thread.join();
        group.reset();
    }

    worker::Reactor reactor;
    std::unique_ptr<ListenerGroup> group;
    std::thread thread;
};

bool connects(const SocketAddress& address) {
    const Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(client.get(), address.get(), address.length()) == 0;
}

}  // namespace

TEST_CASE("the first process binds a socket for each reactor") {
    const auto group = ListenerGroup::open(free_address(), 3);
    REQUIRE(group);
    CHECK((*group)->socket_count() == 3);
    CHECK_FALSE((*group)->was_handed_over());
    CHECK((*group)->has_place());
}

TEST_CASE("a second process gets the sockets of the first, and waiting clients survive it") {
    const SocketAddress address = free_address();
    Process first(address, 2);
    auto second = ListenerGroup::open(address, 1);
    REQUIRE(second);
    CHECK((*second)->was_handed_over());
    CHECK((*second)->socket_count() == 2);

    Client waiting(address.port());  // in the queue of a socket that both hold
    waiting.send("hello");
    first.end();
    std::size_t accepted = 0;
    const auto listeners = (*second)->share(0, 1);
    REQUIRE(listeners);
    for (const Listener& listener : *listeners) {
        const Descriptor client(::accept4(listener.descriptor(), nullptr, nullptr, SOCK_NONBLOCK));
        if (client) ++accepted;
    }
    CHECK(accepted == 1);
    CHECK(connects(address));
}

TEST_CASE("every process hands on the sockets of the first, whoever ended meanwhile") {
    const SocketAddress address = free_address();
    std::deque<std::unique_ptr<Process>> processes;
    processes.push_back(std::make_unique<Process>(address, 2));
    processes.push_back(std::make_unique<Process>(address, 2));
    Client waiting(address.port());
    for (int i = 0; i < 5; ++i) {
        processes.front()->end();
        processes.pop_front();
        processes.push_back(std::make_unique<Process>(address, 2));
        CHECK(processes.back()->group->was_handed_over());
        CHECK(processes.back()->group->socket_count() == 2);
        CHECK(connects(address));
    }
    waiting.send("still there");
    pollfd reset{waiting.descriptor(), POLLIN, 0};
    CHECK(::poll(&reset, 1, 20) == 0);
}

TEST_CASE("processes that start at once share the sockets of one of them") {
    const SocketAddress address = free_address();
    std::vector<std::future<std::unique_ptr<Process>>> starting;
    for (int i = 0; i < 6; ++i) {
        starting.push_back(std::async(
            std::launch::async, [&address] { return std::make_unique<Process>(address, 2); }));
    }
    std::vector<std::unique_ptr<Process>> processes;
    for (auto& process : starting) processes.push_back(process.get());
    std::size_t first = 0;
    for (const auto& process : processes) {
        first += process->group->was_handed_over() ? 0U : 1U;
        CHECK(process->group->socket_count() == 2);
        CHECK(process->group->has_place());
    }
    CHECK(first == 1);
}

TEST_CASE("a process that does not answer does not keep a process from starting") {
    const SocketAddress address = free_address();
    const auto silent = ListenerGroup::open(address, 1);  // has a place, serves nobody
    REQUIRE(silent);
    const auto group = ListenerGroup::open(address, 1);
    REQUIRE(group);
    CHECK_FALSE((*group)->was_handed_over());
    CHECK((*group)->socket_count() == 1);
}

TEST_CASE("every socket is shared out whatever the number of reactors") {
    for (const std::size_t sockets : {1U, 2U, 3U, 5U}) {
        const auto group = ListenerGroup::open(free_address(), sockets);
        REQUIRE(group);
        for (const std::size_t reactors : {1U, 2U, 4U, 7U}) {
            std::set<ino_t> inodes;
            for (std::size_t i = 0; i < reactors; ++i) {
                const auto mine = (*group)->share(i, reactors);
                REQUIRE(mine);
                CHECK_FALSE(mine->empty());
                for (const Listener& listener : *mine) {
                    struct stat status {};
                    REQUIRE(::fstat(listener.descriptor(), &status) == 0);
                    inodes.insert(status.st_ino);
                }
            }
            CHECK(inodes.size() == sockets);
        }
    }
}
