#include "data-plane/integration/names.hpp"

#include <doctest/doctest.h>

#include "data-plane/worker/task_set.hpp"

using namespace turnpike;
using namespace turnpike::integration;

namespace {

using Found = Result<Addresses>;

/// Names whose answers the test gives; everything runs on this thread's reactor.
struct Directory {
    explicit Directory(Limits limits = {})
        : names(
              reactor,
              [this](std::string host, Resolver::Callback done) {
                  asked.push_back(std::move(host));
                  pending.push_back(std::move(done));
              },
              limits) {}

    void look_up(std::string host, SteadyTime deadline = SteadyTime::max()) {
        tasks.spawn(store(std::move(host), deadline));
    }
    worker::Task<> store(std::string host, SteadyTime deadline) {
        found.push_back(co_await names.find(host, deadline));
    }
    void answer(const char* ip, Seconds time_to_live = Seconds(60)) {
        Resolved resolved;
        resolved.addresses = {*net::SocketAddress::from_ip(ip, 0)};
        resolved.time_to_live = time_to_live;
        auto done = std::move(pending.front());
        pending.erase(pending.begin());
        done(std::move(resolved));
        turn();
    }
    void fail() {
        auto done = std::move(pending.front());
        pending.erase(pending.begin());
        done(not_found("no such name"));
        turn();
    }
    /// Runs what was posted, until nothing is left.
    void turn() {
        reactor.post([this] { reactor.post([this] { reactor.stop(); }); });
        reactor.run();
    }
    std::string first_ip(std::size_t index) const { return (*found[index])->front().ip(); }

    worker::Reactor reactor;
    std::vector<std::string> asked;
    std::vector<Resolver::Callback> pending;
    Names names;
    std::vector<Found> found;
    worker::TaskSet tasks;
};

}  // namespace

TEST_CASE("literals and localhost are known without asking") {
    Directory directory;
    for (const std::string host : {"127.0.0.1", "::1", "localhost", "my.localhost"}) {
        directory.look_up(host);
    }
    CHECK(directory.asked.empty());
    REQUIRE(directory.found.size() == 4);
    CHECK(directory.first_ip(1) == "::1");
    CHECK((*directory.found[2])->size() == 2);
}

TEST_CASE("a name is asked for once, and kept for its time to live") {
    Directory directory;
    directory.look_up("api.example");
    directory.look_up("api.example");
    CHECK(directory.asked.size() == 1);
    CHECK(directory.found.empty());
    directory.answer("192.0.2.1");
    CHECK(directory.found.size() == 2);
    directory.look_up("api.example");
    CHECK(directory.found.size() == 3);
    CHECK(directory.first_ip(2) == "192.0.2.1");
    CHECK(directory.asked.size() == 1);
}

TEST_CASE("an expired answer is still served while a fresh one is asked for") {
    Limits limits;
    limits.name_ttl_min = limits.name_ttl_max = Milliseconds(0);
    Directory directory(limits);
    directory.look_up("api.example");
    directory.answer("192.0.2.1");
    directory.look_up("api.example");
    directory.look_up("api.example");
    CHECK(directory.asked.size() == 2);
    CHECK(directory.first_ip(2) == "192.0.2.1");
    directory.answer("192.0.2.2");
    directory.look_up("api.example");
    CHECK(directory.first_ip(3) == "192.0.2.2");
}

TEST_CASE("an old answer outlives a failed refresh") {
    Limits limits;
    limits.name_ttl_min = limits.name_ttl_max = Milliseconds(0);
    Directory directory(limits);
    directory.look_up("api.example");
    directory.answer("192.0.2.1");
    directory.look_up("api.example");
    directory.fail();
    directory.look_up("api.example");
    CHECK(directory.first_ip(2) == "192.0.2.1");
}

TEST_CASE("failures are kept shortly") {
    Directory directory;
    directory.look_up("no.example");
    directory.fail();
    directory.look_up("no.example");
    CHECK(directory.asked.size() == 1);
    REQUIRE(directory.found.size() == 2);
    CHECK(directory.found[1].error().kind == Error::Kind::NotFound);
}

TEST_CASE("names are bounded") {
    Limits limits;
    limits.names_max = 1;
    Directory directory(limits);
    directory.look_up("one.example");
    directory.look_up("two.example");
    REQUIRE(directory.found.size() == 1);
    CHECK(directory.found[0].error().kind == Error::Kind::Unavailable);
}

TEST_CASE("a look-up gives up at its deadline") {
    Directory directory;
    directory.look_up("slow.example", steady_now());
    CHECK(directory.asked.size() == 1);
    worker::Timer end(directory.reactor, [&] { directory.reactor.stop(); });
    end.expire_after(Milliseconds(30));
    directory.reactor.run();
    REQUIRE(directory.found.size() == 1);
    CHECK(directory.found[0].error().kind == Error::Kind::Timeout);
    directory.answer("192.0.2.1");
}

TEST_CASE("an answer after the end of the directory is ignored") {
    worker::Reactor reactor;
    Resolver::Callback pending;
    {
        Names names(reactor,
                    [&](std::string, Resolver::Callback done) { pending = std::move(done); }, {});
        worker::TaskSet tasks;
        const auto ask = [](Names& its_names) -> worker::Task<> {
            static_cast<void>(co_await its_names.find("late.example", SteadyTime::max()));
        };
        tasks.spawn(ask(names));
    }
    pending(not_found("late"));
}
