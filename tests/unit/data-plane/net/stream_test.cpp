#include "data-plane/net/stream.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data-plane/net/listener.hpp"
#include "data-plane/worker/signal.hpp"
#include "data-plane/worker/task_set.hpp"

using namespace std::chrono_literals;
using namespace turnpike;
using namespace turnpike::net;

namespace {

struct Pair {
    Pair() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
        left = std::make_unique<Stream>(reactor, ends[0]);
        right = std::make_unique<Stream>(reactor, ends[1]);
    }
    worker::Reactor reactor;
    std::unique_ptr<Stream> left;
    std::unique_ptr<Stream> right;
    worker::TaskSet tasks;
};

worker::Task<> echo(Stream& stream) {
    char bytes[1000];
    for (;;) {
        const IoResult read = co_await stream.read_some(bytes, SteadyTime::max());
        if (read.status != IoStatus::Done) break;
        const std::string_view piece(bytes, read.bytes);
        co_await stream.write_all(piece, 10s);
    }
    stream.shutdown_write();
}

worker::Task<> send(Stream& stream, std::string first, std::string second) {
    const IoStatus sent = co_await stream.write_all(first, second, 10s);
    CHECK(sent == IoStatus::Done);
    stream.shutdown_write();
}

worker::Task<> collect(Stream& stream, std::string& received, IoStatus& end) {
    char bytes[3000];
    for (;;) {
        const IoResult read =
            co_await stream.read_some(bytes, stream.reactor().now() + Seconds(10));
        end = read.status;
        if (read.status != IoStatus::Done) break;
        received.append(bytes, read.bytes);
    }
    stream.reactor().stop();
}

worker::Task<> read_until(Stream& stream, SteadyTime deadline, IoStatus& end) {
    char byte;
    const IoResult read = co_await stream.read_some({&byte, 1}, deadline);
    end = read.status;
    stream.reactor().stop();
}

worker::Task<> write_without_reader(Stream& stream, IoStatus& end) {
    const std::string large(10'000'000, 'x');
    end = co_await stream.write_all(large, 30ms);
    stream.reactor().stop();
}

}  // namespace

TEST_CASE("what is written comes back from an echo, more than the kernel holds at once") {
    Pair pair;
    const std::string first(700'000, 'a');
    const std::string second(900'000, 'b');
    std::string received;
    IoStatus end{};
    pair.tasks.spawn(echo(*pair.left));
    pair.tasks.spawn(send(*pair.right, first, second));
    pair.tasks.spawn(collect(*pair.right, received, end));
    pair.reactor.run();
    CHECK((received == first + second));
    CHECK(end == IoStatus::Closed);
}

TEST_CASE("no read is tried on a socket that is known to be empty") {
    Pair pair;
    char byte;
    CHECK_FALSE(pair.left->maybe_readable());
    CHECK(pair.left->try_read({&byte, 1}).status == IoStatus::WouldBlock);
}

TEST_CASE("a read ends at its deadline and the stream can be used afterwards") {
    Pair pair;
    IoStatus end = IoStatus::Done;
    pair.tasks.spawn(read_until(*pair.left, pair.reactor.now() + 20ms, end));
    pair.reactor.run();
    CHECK(end == IoStatus::TimedOut);
    REQUIRE(pair.right->try_write("x").bytes == 1);
    pair.tasks.spawn(read_until(*pair.left, SteadyTime::max(), end));
    pair.reactor.run();
    CHECK(end == IoStatus::Done);
}

TEST_CASE("a write ends when the peer takes nothing for too long") {
    Pair pair;
    IoStatus end = IoStatus::Done;
    pair.tasks.spawn(write_without_reader(*pair.left, end));
    pair.reactor.run();
    CHECK(end == IoStatus::TimedOut);
}

TEST_CASE("abort ends what waits") {
    Pair pair;
    IoStatus end = IoStatus::Done;
    pair.tasks.spawn(read_until(*pair.left, SteadyTime::max(), end));
    pair.reactor.post([&] { pair.left->abort(); });
    pair.reactor.run();
    CHECK(end == IoStatus::Aborted);
    CHECK(pair.left->try_write("x").status == IoStatus::Aborted);
}

TEST_CASE("an idle stream tells that its peer has gone, and may be destroyed by who is told") {
    Pair pair;
    bool told = false;
    pair.left->on_event_while_idle([&] {
        told = true;
        CHECK(pair.left->hung_up());
        pair.left.reset();
        pair.reactor.stop();
    });
    pair.reactor.post([&] { pair.right.reset(); });
    pair.reactor.run();
    CHECK(told);
}

TEST_CASE("connecting reaches a listener, and tells why it cannot") {
    worker::Reactor reactor;
    worker::TaskSet tasks;
    const auto connecting = [](worker::Reactor& loop, SocketAddress to,
                               std::string& out) -> worker::Task<> {
        auto stream = co_await connect(loop, to, {.deadline = loop.now() + Seconds(10)});
        out = stream ? "connected" : stream.error().detail;
        loop.stop();
    };
    auto listener = Listener::bind(*SocketAddress::from_ip("127.0.0.1", 0));
    REQUIRE(listener);
    const SocketAddress address = listener->address();
    std::string outcome;
    tasks.spawn(connecting(reactor, address, outcome));
    reactor.run();
    CHECK(outcome == "connected");

    listener = invalid("closed");
    tasks.spawn(connecting(reactor, address, outcome));
    reactor.run();
    CHECK(outcome == "connect: Connection refused");
}

TEST_CASE("a TLS handshake that is not answered ends at the deadline") {
    worker::Reactor reactor;
    worker::TaskSet tasks;
    const auto context = tls::ClientContext::create({.trust = *tls::TrustStore::load()});
    REQUIRE(context);
    const auto connecting = [](worker::Reactor& loop, SocketAddress to,
                               const tls::ClientContext& client, Error& out) -> worker::Task<> {
        ConnectOptions options{.deadline = loop.now() + 40ms, .tls = &client};
        options.server_name = "a.example";
        auto stream = co_await connect(loop, to, options);
        if (!stream) out = stream.error();
        loop.stop();
    };
    const auto listener = Listener::bind(*SocketAddress::from_ip("127.0.0.1", 0));
    Error error;
    tasks.spawn(connecting(reactor, listener->address(), **context, error));
    reactor.run();
    CHECK(error.kind == Error::Kind::Timeout);
}
