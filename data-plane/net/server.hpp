#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data-plane/net/buffer.hpp"
#include "data-plane/net/limits.hpp"
#include "data-plane/net/listener.hpp"
#include "data-plane/net/request.hpp"
#include "data-plane/tls/server_context.hpp"
#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/task_set.hpp"

namespace turnpike::net {

class Connection;

/// What one reactor counts; read by others through a post.
struct ServerCounters {
    std::uint64_t accepted = 0;
    std::uint64_t paused = 0;  ///< times that accepting had to wait: too many connections
    std::uint64_t handshake_failures = 0;
    std::uint64_t requests = 0;
    std::uint64_t rejected_requests = 0;  ///< answered here: 400, 413, 414, 417, 431
};

/// The connections of one reactor: accepts them from its listeners, serves their requests through
/// the handler, and drains. Thread: its reactor, except that it is made before the reactor runs.
/// Destroying it ends every connection at once.
class Server {
public:
    Server(worker::Reactor& reactor, BufferPool& buffers, Handler& handler, Limits limits);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Accepts from `listener`; with a TLS context, HTTPS only. The context is shared by reactors
    /// and may be replaced for later connections by use_tls().
    void listen(Listener listener, std::shared_ptr<const tls::ServerContext> tls = nullptr);
    void use_tls(std::shared_ptr<const tls::ServerContext> tls);
    /// Serves a socket that was accepted elsewhere. Requires: connected, non-blocking.
    void adopt(int descriptor, const SocketAddress& peer,
               std::shared_ptr<const tls::ServerContext> tls = nullptr);

    /// Stops accepting, lets connections finish the request under way, or the next one that comes
    /// within Limits::drain_idle, closes them, and calls `done` when none is left or at the
    /// deadline, when the rest is closed.
    void drain(SteadyTime deadline, std::function<void()> done);
    bool is_draining() const { return draining_; }
    /// Draining has reached the point where idle connections are closed.
    bool closes_idle() const { return closes_idle_; }

    std::size_t connection_count() const { return live_; }
    const ServerCounters& counters() const { return counters_; }

    worker::Reactor& reactor() { return reactor_; }
    BufferPool& buffers() { return buffers_; }
    Handler& handler() { return handler_; }
    const Limits& limits() const { return limits_; }
    /// "Sun, 29 Mar 2026 21:05:07 GMT", made once a second.
    std::string_view http_date();
    /// Read once a turn.
    WallTime wall_time();

private:
    friend class Connection;
    struct Accepting;
    struct Slot {
        Connection* connection = nullptr;
        std::uint32_t generation = 0;
    };
    class Registration {
    public:
        Registration(Server& server, Connection& connection);
        ~Registration();
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;

    private:
        Server& server_;
        ConnectionId id_;
    };

    void watch(Accepting& accepting);
    void accept_from(Accepting& accepting);
    void pause(Accepting& accepting);
    worker::Task<> run_connection(int descriptor, SocketAddress peer,
                                  std::shared_ptr<const tls::ServerContext> tls);
    ConnectionId enter(Connection& connection);
    void leave(ConnectionId id);
    Connection* find(ConnectionId id);
    template <typename Visit>
    void for_each_connection(Visit visit);
    void close_idle();
    void finish_drain();

    worker::Reactor& reactor_;
    BufferPool& buffers_;
    Handler& handler_;
    Limits limits_;
    std::vector<std::unique_ptr<Accepting>> accepting_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::size_t live_ = 0;
    bool draining_ = false;
    std::function<void()> drained_;
    bool closes_idle_ = false;
    worker::Timer drain_timer_;
    worker::Timer drain_idle_timer_;
    ServerCounters counters_;
    WallTime wall_time_;
    SteadyTime wall_time_turn_;
    std::int64_t date_second_ = -1;
    std::string date_;
    worker::TaskSet tasks_;  // last: dies first, with every connection
};

}  // namespace turnpike::net
