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
/// Each process has a place: an abstract Unix socket named by user, address and number, where it
/// gives duplicates of its listening descriptors to those that ask (the other side's user is
/// checked). A process that starts asks every place until one answers; only if none does, it binds
/// sockets of its own. So sockets are handed on as long as any process that holds them is there.
/// Processes start one after the other, by a name that only one of them can hold. All accept from
/// all sockets they hold.
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

    /// Starts to answer other processes.
    void serve(worker::Reactor& reactor);
    /// Gives up the place and the sockets: called when draining starts. Idempotent.
    void close();
    /// Others can ask this process. False on a free port, and if all places are taken.
    bool has_place() const { return static_cast<bool>(place_); }

private:
    ListenerGroup(SocketAddress address, std::string name);
    Result<void> bind_own(std::size_t sockets_wanted);
    bool ask_others();
    bool ask(std::size_t place);
    void take_place();
    void watch_place();
    void answer_one();
    std::string place_name(std::size_t place) const;

    SocketAddress address_;
    std::string name_;
    std::vector<Listener> listeners_;
    bool handed_over_ = false;
    Descriptor place_;
    worker::Reactor* reactor_ = nullptr;
    std::unique_ptr<worker::Watch> watch_;
    std::unique_ptr<worker::Timer> resume_;
};

}  // namespace turnpike::net
