#include "data-plane/integration/upstream_group.hpp"

#include <algorithm>
#include <utility>

#include "data-plane/integration/upstreams.hpp"

namespace turnpike::integration {

UpstreamGroup::UpstreamGroup(Upstreams& upstreams, snapshot::Origin origin,
                             tls::Verification verification)
    : upstreams_(upstreams), origin_(std::move(origin)), verification_(verification) {}

UpstreamGroup::~UpstreamGroup() {
    upstreams_.note_idle(-static_cast<std::ptrdiff_t>(idle_.size()));
}

std::unique_ptr<UpstreamConnection> UpstreamGroup::take_idle() {
    while (!idle_.empty()) {
        std::unique_ptr<UpstreamConnection> connection = std::move(idle_.back());
        idle_.pop_back();
        upstreams_.note_idle(-1);
        connection->stream().on_event_while_idle({});
        if (connection->is_usable()) return connection;
        --open_count_;
    }
    return nullptr;
}

void UpstreamGroup::take_back(UpstreamConnection& connection, bool is_usable) {
    std::unique_ptr<UpstreamConnection> owned(&connection);
    if (!is_usable || idle_.size() >= upstreams_.limits().idle_per_origin_max ||
        upstreams_.idle_count() >= upstreams_.limits().idle_max) {
        owned.reset();
        give_up_place();
        return;
    }
    owned->rest(upstreams_.reactor().now());
    // Whatever happens to a resting connection ends it: bytes that nobody asked for, or the end.
    owned->stream().on_event_while_idle([this, resting = &connection] { forget(*resting); });
    idle_.push_back(std::move(owned));
    upstreams_.note_idle(1);
    wake_one();
}

void UpstreamGroup::drain(UpstreamConnection& connection) {
    upstreams_.drain(pipeline::UpstreamAnswerPtr(&connection));
}

void UpstreamGroup::forget(UpstreamConnection& connection) {
    const auto found = std::find_if(idle_.begin(), idle_.end(), [&connection](const auto& resting) {
        return resting.get() == &connection;
    });
    if (found == idle_.end()) return;
    // The callback that runs now lives in the connection: it goes after the list is right again.
    const std::unique_ptr<UpstreamConnection> dying = std::move(*found);
    idle_.erase(found);
    upstreams_.note_idle(-1);
    give_up_place();
}

void UpstreamGroup::close_older_than(SteadyTime limit) {
    const auto fresh = std::find_if(idle_.begin(), idle_.end(), [limit](const auto& resting) {
        return resting->idle_since() > limit;
    });
    const auto count = fresh - idle_.begin();
    idle_.erase(idle_.begin(), fresh);
    upstreams_.note_idle(-count);
    for (auto i = count; i > 0; --i) give_up_place();
}

bool UpstreamGroup::has_place() const {
    return open_count_ < upstreams_.limits().connections_per_origin_max;
}

bool UpstreamGroup::may_wait() const {
    return waiting_.size() < upstreams_.limits().waiting_per_origin_max;
}

void UpstreamGroup::give_up_place() {
    --open_count_;
    wake_one();
}

void UpstreamGroup::wake_one() {
    if (waiting_.empty()) return;
    Waiter* first = waiting_.front();
    waiting_.erase(waiting_.begin());
    first->signal.set();
}

std::unique_ptr<UpstreamConnection> UpstreamGroup::Place::become(
    std::unique_ptr<net::Stream> stream) {
    UpstreamGroup* group = std::exchange(group_, nullptr);
    return std::make_unique<UpstreamConnection>(
        *group, std::move(stream), group->upstreams_.buffers(), group->upstreams_.limits());
}

UpstreamGroup::Waiter::Waiter(UpstreamGroup& group)
    : signal(group.upstreams_.reactor()), group_(group) {
    group.waiting_.push_back(this);
}

UpstreamGroup::Waiter::~Waiter() { std::erase(group_.waiting_, this); }

}  // namespace turnpike::integration
