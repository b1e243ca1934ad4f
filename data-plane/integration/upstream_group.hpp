#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "common/snapshot/uri_template.hpp"
#include "data-plane/integration/limits.hpp"
#include "data-plane/integration/upstream_connection.hpp"
#include "data-plane/tls/session.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::integration {

class Upstreams;

/// The connections of one reactor to one origin. The connection that rested last is used first, so
/// that what a lower load does not need grows old and is closed.
/// Thread: its reactor's. Invariant: open_count() <= Limits::connections_per_origin_max.
class UpstreamGroup {
public:
    UpstreamGroup(Upstreams& upstreams, snapshot::Origin origin, tls::Verification verification);
    ~UpstreamGroup();
    UpstreamGroup(const UpstreamGroup&) = delete;
    UpstreamGroup& operator=(const UpstreamGroup&) = delete;

    const snapshot::Origin& origin() const { return origin_; }
    tls::Verification verification() const { return verification_; }

    /// Returns: null if none rests here.
    std::unique_ptr<UpstreamConnection> take_idle();
    /// A connection is done with its request.
    void take_back(UpstreamConnection& connection, bool is_usable);
    /// Reads the rest of an answer; then the connection is released again.
    void drain(UpstreamConnection& connection);
    /// Closes what rests longer than allowed.
    void close_older_than(SteadyTime limit);
    bool is_unused() const { return open_count_ == 0 && users_ == 0 && waiting_.empty(); }

    std::size_t idle_count() const { return idle_.size(); }
    std::size_t open_count() const { return open_count_; }

    /// A place for one more connection, given back when it dies unless it became a connection.
    class Place {
    public:
        explicit Place(UpstreamGroup& group) : group_(&group) { ++group.open_count_; }
        Place(Place&& other) noexcept : group_(std::exchange(other.group_, nullptr)) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (group_) group_->give_up_place();
        }
        std::unique_ptr<UpstreamConnection> become(std::unique_ptr<net::Stream> stream);

    private:
        UpstreamGroup* group_;
    };
    bool has_place() const;

    /// Waits for a place or a resting connection in turn. Lives in the waiting coroutine.
    class Waiter {
    public:
        explicit Waiter(UpstreamGroup& group);
        ~Waiter();
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        worker::Signal signal;

    private:
        UpstreamGroup& group_;
    };
    bool may_wait() const;

    /// Keeps the group alive while a coroutine works with it.
    class Use {
    public:
        explicit Use(UpstreamGroup& group) : group_(group) { ++group.users_; }
        ~Use() { --group_.users_; }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

    private:
        UpstreamGroup& group_;
    };
    /// Where the next connection starts in the list of addresses.
    std::size_t next_address() { return address_turn_++; }

private:
    void give_up_place();
    void wake_one();
    void forget(UpstreamConnection& connection);

    Upstreams& upstreams_;
    snapshot::Origin origin_;
    tls::Verification verification_;
    std::vector<std::unique_ptr<UpstreamConnection>> idle_;  // the last one rested last
    std::vector<Waiter*> waiting_;                           // the first one waits longest
    std::size_t open_count_ = 0;
    std::size_t users_ = 0;
    std::size_t address_turn_ = 0;
};

}  // namespace turnpike::integration
