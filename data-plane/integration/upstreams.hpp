#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/snapshot/uri_template.hpp"
#include "data-plane/integration/limits.hpp"
#include "data-plane/integration/names.hpp"
#include "data-plane/integration/upstream_group.hpp"
#include "data-plane/net/buffer.hpp"
#include "data-plane/tls/client_context.hpp"
#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/task.hpp"
#include "data-plane/worker/task_set.hpp"

namespace turnpike::integration {

/// One reactor's connections to back ends, grouped by origin and by how TLS is verified.
/// Thread: its reactor's. Outlives the requests. Bounded by Limits.
class Upstreams {
public:
    Upstreams(worker::Reactor& reactor, net::BufferPool& buffers, Names& names,
              const tls::ClientContext& tls, const Limits& limits = {});
    ~Upstreams();
    Upstreams(const Upstreams&) = delete;
    Upstreams& operator=(const Upstreams&) = delete;

    /// Never null; the group lasts while it has connections, waiters or a UpstreamGroup::Use.
    UpstreamGroup& group(const snapshot::Origin& origin, tls::Verification verification);

    /// A connection of the group: a new one, or the first that comes free if the origin has all it
    /// may have. Errors: NotFound (no such name), Timeout (the deadline came first), Unavailable.
    worker::Task<Result<std::unique_ptr<UpstreamConnection>>> open(UpstreamGroup& group,
                                                                   SteadyTime deadline);

    worker::Reactor& reactor() { return reactor_; }
    net::BufferPool& buffers() { return buffers_; }
    const Limits& limits() const { return limits_; }
    std::size_t idle_count() const { return idle_count_; }
    std::size_t group_count() const { return groups_.size(); }

private:
    friend class UpstreamGroup;
    struct Key {
        std::string_view host;
        std::uint16_t port;
        bool is_https;
        tls::Verification verification;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };

    void note_idle(std::ptrdiff_t change);
    void drain(pipeline::UpstreamAnswerPtr answer);
    void sweep();
    worker::Task<Result<std::unique_ptr<net::Stream>>> connect(UpstreamGroup& group,
                                                               SteadyTime deadline);

    worker::Reactor& reactor_;
    net::BufferPool& buffers_;
    Names& names_;
    const tls::ClientContext& tls_;
    const Limits limits_;
    std::size_t idle_count_ = 0;
    worker::Timer sweep_timer_;
    // The keys' views point into the groups.
    std::unordered_map<Key, std::unique_ptr<UpstreamGroup>, KeyHash> groups_;
    worker::TaskSet draining_;  // their connections go back to the groups
};

}  // namespace turnpike::integration
