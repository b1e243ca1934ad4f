#include "data-plane/net/server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "data-plane/net/connection.hpp"

namespace turnpike::net {
namespace {

/// Of one listener in one turn, so that accepting does not starve those that are connected.
constexpr int kAcceptedPerTurn = 64;
/// When the process is out of descriptors, or the reactor of connections.
constexpr Milliseconds kAcceptPause{50};

}  // namespace

/// A listener at work. Without a watch while it pauses.
struct Server::Accepting {
    Accepting(Server& server, Listener accepted_from,
              std::shared_ptr<const tls::ServerContext> context)
        : listener(std::move(accepted_from)),
          tls(std::move(context)),
          resume(server.reactor_, [this, &server] { server.watch(*this); }) {}

    Listener listener;
    std::shared_ptr<const tls::ServerContext> tls;
    std::unique_ptr<worker::Watch> watch;
    worker::Timer resume;
};

Server::Server(worker::Reactor& reactor, BufferPool& buffers, Handler& handler, Limits limits)
    : reactor_(reactor),
      buffers_(buffers),
      handler_(handler),
      limits_(limits),
      drain_timer_(reactor, [this] { finish_drain(); }),
      drain_idle_timer_(reactor, [this] { close_idle(); }) {}

Server::~Server() = default;

void Server::listen(Listener listener, std::shared_ptr<const tls::ServerContext> tls) {
    accepting_.push_back(std::make_unique<Accepting>(*this, std::move(listener), std::move(tls)));
    watch(*accepting_.back());
}

void Server::use_tls(std::shared_ptr<const tls::ServerContext> tls) {
    for (auto& accepting : accepting_) {
        if (accepting->tls) accepting->tls = tls;
    }
}

void Server::watch(Accepting& accepting) {
    accepting.watch = std::make_unique<worker::Watch>(
        reactor_, accepting.listener.descriptor(), worker::Watch::kRead,
        [this, &accepting](bool, bool) { accept_from(accepting); }, true);
}

void Server::accept_from(Accepting& accepting) {
    for (int i = 0; i < kAcceptedPerTurn; ++i) {
        if (live_ >= limits_.connections_max) {
            ++counters_.paused;
            return pause(accepting);
        }
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        const int descriptor =
            ::accept4(accepting.listener.descriptor(), reinterpret_cast<sockaddr*>(&address),
                      &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            adopt(descriptor, SocketAddress(reinterpret_cast<const sockaddr*>(&address), length),
                  accepting.tls);
            continue;
        }
        switch (errno) {
            case EAGAIN:
                return;
            case EMFILE:
            case ENFILE:
            case ENOBUFS:
            case ENOMEM:
                ++counters_.paused;
                return pause(accepting);
            default:
                break;  // this one connection failed before it was accepted
        }
    }
}

void Server::pause(Accepting& accepting) {
    accepting.watch.reset();
    accepting.resume.expire_after(kAcceptPause);
}

void Server::adopt(int descriptor, const SocketAddress& peer,
                   std::shared_ptr<const tls::ServerContext> tls) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++counters_.accepted;
    tasks_.spawn(run_connection(descriptor, peer, std::move(tls)));
}

worker::Task<> Server::run_connection(int descriptor, SocketAddress peer,
                                      std::shared_ptr<const tls::ServerContext> tls) {
    Connection connection(*this, descriptor, peer, std::move(tls));
    const Registration registration(*this, connection);
    co_await connection.serve();
}

Server::Registration::Registration(Server& server, Connection& connection)
    : server_(server), id_(server.enter(connection)) {
    connection.set_id(id_);
}

Server::Registration::~Registration() { server_.leave(id_); }

ConnectionId Server::enter(Connection& connection) {
    if (free_slots_.empty()) {
        free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    slots_[slot].connection = &connection;
    ++live_;
    return {slot, slots_[slot].generation};
}

void Server::leave(ConnectionId id) {
    Slot& slot = slots_[id.slot];
    slot.connection = nullptr;
    ++slot.generation;
    free_slots_.push_back(id.slot);
    --live_;
    // Not from here: the connection's coroutine is still on the stack.
    if (draining_ && live_ == 0) drain_timer_.expire_at(reactor_.now());
}

Connection* Server::find(ConnectionId id) {
    if (id.slot >= slots_.size() || slots_[id.slot].generation != id.generation) return nullptr;
    return slots_[id.slot].connection;
}

void Server::drain(SteadyTime deadline, std::function<void()> done) {
    draining_ = true;
    drained_ = std::move(done);
    // Clients that wait in the queue of a socket that no other process holds would be reset.
    for (const auto& accepting : accepting_) accept_from(*accepting);
    accepting_.clear();
    drain_idle_timer_.expire_at(std::min(deadline, reactor_.now() + limits_.drain_idle));
    drain_timer_.expire_at(live_ == 0 ? reactor_.now() : deadline);
}

void Server::close_idle() {
    closes_idle_ = true;
    for_each_connection([](Connection& connection) { connection.close_if_idle(); });
}

void Server::finish_drain() {
    for_each_connection([](Connection& connection) { connection.abort(); });
    // A handler that waits for something else does not see the end of its client.
    if (live_ > 0) tasks_.clear();
    if (const auto done = std::exchange(drained_, nullptr)) done();
}

template <typename Visit>
void Server::for_each_connection(Visit visit) {
    // By index and generation: a visit may end the connection, and others with it.
    for (std::uint32_t i = 0; i < slots_.size(); ++i) {
        if (Connection* connection = find({i, slots_[i].generation})) visit(*connection);
    }
}

std::string_view Server::http_date() {
    const WallTime now = wall_time();
    const std::int64_t second = epoch_seconds(now);
    if (second != date_second_) {
        date_second_ = second;
        date_ = to_http_date(now);
    }
    return date_;
}

WallTime Server::wall_time() {
    if (wall_time_turn_ != reactor_.now()) {
        wall_time_turn_ = reactor_.now();
        wall_time_ = wall_now();
    }
    return wall_time_;
}

}  // namespace turnpike::net
