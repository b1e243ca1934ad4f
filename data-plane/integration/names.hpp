#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/text.hpp"
#include "data-plane/integration/limits.hpp"
#include "data-plane/integration/resolver.hpp"
#include "data-plane/worker/maybe_task.hpp"
#include "data-plane/worker/reactor.hpp"

namespace turnpike::integration {

using Addresses = std::shared_ptr<const std::vector<net::SocketAddress>>;

/// One reactor's addresses of back ends by name: kept for their time to live, refreshed beside the
/// requests (which go on with the old answer for a bounded time), failures kept shortly. Literals
/// and localhost need no look-up. Bounded: Limits::names_max.
/// Thread: its reactor's.
class Names {
public:
    /// Asks for a name; the callback may come on any thread.
    using Ask = std::function<void(std::string host, Resolver::Callback done)>;

    Names(worker::Reactor& reactor, Ask ask, const Limits& limits);
    ~Names();
    Names(const Names&) = delete;
    Names& operator=(const Names&) = delete;

    /// Concurrent questions for one name ask once. `host`: lower case, not empty.
    /// Errors: NotFound, Unavailable, Timeout (the deadline came first).
    worker::MaybeTask<Result<Addresses>> find(std::string_view host, SteadyTime deadline);

private:
    struct State;
    struct Entry;
    worker::Task<Result<Addresses>> wait(std::string host, SteadyTime deadline);

    std::shared_ptr<State> state_;
};

}  // namespace turnpike::integration
