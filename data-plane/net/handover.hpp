#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "data-plane/net/listener.hpp"
#include "data-plane/worker/reactor.hpp"

namespace turnpike::net {

/// The listening sockets of one address, shared by all worker processes of one user that serve it,
/// so that none of them takes waiting clients along when it ends.
///
/// One process owns an abstract Unix socket named by user and address, and gives duplicates of its
/// listening descriptors to those that ask (the other side's user is checked). A process that
/// starts takes the name, or else asks its owner; if neither works (the owner ends just now), it
/// binds sockets of its own. All processes accept from all sockets they hold. When the owner
/// drains, it gives up the name, and another process takes it within a second.
/// Thread: open() any; then the reactor's that serve() was given.
class ListenerGroup {
public:
    /// `sockets_wanted` are bound if this process is the first: one per reactor.
    static Result<std::unique_ptr<ListenerGroup>> open(const SocketAddress& address,
                                                       std::size_t sockets_wanted);
    ~ListenerGroup();
    ListenerGroup(const ListenerGroup&) = delete;
    ListenerGroup& operator=(const ListenerGroup&) = delete;

    const SocketAddress& address() const { return address_; }
    std::size_t socket_count() const { return listeners_.size(); }
    bool was_handed_over() const { return handed_over_; }

    /// Duplicates for reactor `index` of `count`: every socket goes to at least one reactor, every
    /// reactor gets at least one socket.
    Result<std::vector<Listener>> share(std::size_t index, std::size_t count) const;

    /// Starts to answer other processes, or to try for the name each second.
    void serve(worker::Reactor& reactor);
    /// Gives up the name and the sockets: called when draining starts. Idempotent.
    void close();
    bool owns_name() const { return static_cast<bool>(name_); }

private:
    ListenerGroup(SocketAddress address, std::string name);
    Result<void> bind_own(std::size_t sockets_wanted);
    bool try_name();
    bool ask_owner();
    void take_name();
    void answer_one();

    SocketAddress address_;
    std::string name_text_;
    std::vector<Listener> listeners_;
    bool handed_over_ = false;
    Descriptor name_;
    worker::Reactor* reactor_ = nullptr;
    std::unique_ptr<worker::Watch> watch_;
    std::unique_ptr<worker::Timer> retry_;
};

}  // namespace turnpike::net
