#include "data-plane/integration/upstreams.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "data-plane/net/stream.hpp"

namespace turnpike::integration {
namespace {

constexpr Milliseconds kSweepInterval{1000};

net::SocketAddress with_port(const net::SocketAddress& address, std::uint16_t port) {
    sockaddr_storage storage{};
    std::memcpy(&storage, address.get(), address.length());
    const auto network_port = static_cast<std::uint16_t>((port << 8U) | (port >> 8U));
    if (address.family() == AF_INET) {
        reinterpret_cast<sockaddr_in*>(&storage)->sin_port = network_port;
    } else {
        reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = network_port;
    }
    return {reinterpret_cast<const sockaddr*>(&storage), address.length()};
}

/// Each reason once: an address that refuses must not hide that another one's certificate is bad.
void add_reason(std::string& reasons, const std::string& reason) {
    if (reasons.find(reason) != std::string::npos) return;
    if (!reasons.empty()) reasons += "; ";
    reasons += reason;
}

/// The answer is released at the end, read or not; also if it never comes to that.
worker::Task<> read_rest(pipeline::UpstreamAnswerPtr answer, worker::Reactor& reactor,
                         SteadyTime deadline, const Limits& limits) {
    std::size_t dropped = 0;
    net::BodyPiece piece = co_await answer->body().next();
    while (piece.status == net::BodyPiece::Status::Data) {
        dropped += piece.bytes.size();
        if (dropped > limits.drained_bytes_max || reactor.now() > deadline) break;
        piece = co_await answer->body().next();
    }
}

}  // namespace

std::size_t Upstreams::KeyHash::operator()(const Key& key) const {
    const std::size_t rest = (std::size_t{key.port} << 2U) | (std::size_t{key.is_https} << 1U) |
                             (key.verification == tls::Verification::Full ? 0U : 1U);
    return std::hash<std::string_view>{}(key.host) ^ (rest * 0x9e37'79b9'7f4a'7c15U);
}

Upstreams::Upstreams(worker::Reactor& reactor, net::BufferPool& buffers, Names& names,
                     const tls::ClientContext& tls, const Limits& limits)
    : reactor_(reactor),
      buffers_(buffers),
      names_(names),
      tls_(tls),
      limits_(limits),
      sweep_timer_(reactor, [this] { sweep(); }) {}

Upstreams::~Upstreams() = default;

UpstreamGroup& Upstreams::group(const snapshot::Origin& origin, tls::Verification verification) {
    const auto found = groups_.find(Key{origin.host, origin.port, origin.is_https, verification});
    if (found != groups_.end()) return *found->second;
    auto made = std::make_unique<UpstreamGroup>(*this, origin, verification);
    UpstreamGroup& group = *made;
    const snapshot::Origin& kept = group.origin();
    groups_.emplace(Key{kept.host, kept.port, kept.is_https, verification}, std::move(made));
    if (!sweep_timer_.is_set()) sweep_timer_.expire_after(kSweepInterval);
    return group;
}

void Upstreams::note_idle(std::ptrdiff_t change) {
    idle_count_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(idle_count_) + change);
}

void Upstreams::drain(pipeline::UpstreamAnswerPtr answer) {
    answer->limit_silence(limits_.drain_silence);
    draining_.spawn(
        read_rest(std::move(answer), reactor_, reactor_.now() + limits_.drain_time, limits_));
}

void Upstreams::sweep() {
    const SteadyTime limit = reactor_.now() - limits_.idle_timeout;
    for (auto at = groups_.begin(); at != groups_.end();) {
        at->second->close_older_than(limit);
        at = at->second->is_unused() ? groups_.erase(at) : std::next(at);
    }
    if (!groups_.empty()) sweep_timer_.expire_after(kSweepInterval);
}

worker::Task<Result<std::unique_ptr<UpstreamConnection>>> Upstreams::open(UpstreamGroup& group,
                                                                          SteadyTime deadline) {
    using Opened = Result<std::unique_ptr<UpstreamConnection>>;
    const UpstreamGroup::Use use(group);
    while (!group.has_place()) {
        if (!group.may_wait()) co_return Opened(unavailable("too many requests wait"));
        UpstreamGroup::Waiter waiter(group);
        if (!co_await waiter.signal.wait_until(deadline)) {
            co_return Opened(timed_out("no connection came free in time"));
        }
        if (auto idle = group.take_idle()) co_return Opened(std::move(idle));
    }
    UpstreamGroup::Place place(group);
    auto stream = co_await connect(group, deadline);
    if (!stream) co_return Opened(std::move(stream).error());
    co_return Opened(place.become(*std::move(stream)));
}

worker::Task<Result<std::unique_ptr<net::Stream>>> Upstreams::connect(UpstreamGroup& group,
                                                                      SteadyTime deadline) {
    using Connected = Result<std::unique_ptr<net::Stream>>;
    const snapshot::Origin& origin = group.origin();
    Result<Addresses> addresses = co_await names_.find(origin.host, deadline);
    if (!addresses) co_return Connected(std::move(addresses).error());
    const Addresses held = *std::move(addresses);
    const std::size_t first = group.next_address();
    std::string reasons;
    for (std::size_t i = 0; i < held->size(); ++i) {
        net::ConnectOptions options;
        options.deadline = std::min(deadline, reactor_.now() + limits_.connect_timeout);
        options.tls = origin.is_https ? &tls_ : nullptr;
        options.server_name = origin.host;
        options.verification = group.verification();
        const net::SocketAddress address =
            with_port((*held)[(first + i) % held->size()], origin.port);
        auto stream = co_await net::connect(reactor_, address, std::move(options));
        if (stream) co_return stream;
        add_reason(reasons, stream.error().detail);
        if (reactor_.now() >= deadline) break;
    }
    if (reactor_.now() >= deadline) co_return Connected(timed_out(std::move(reasons)));
    co_return Connected(unavailable(std::move(reasons)));
}

}  // namespace turnpike::integration
