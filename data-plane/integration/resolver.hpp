#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "data-plane/net/address.hpp"

namespace turnpike::integration {

/// What a name resolved to.
struct Resolved {
    std::vector<net::SocketAddress> addresses;  ///< Port 0; at least one.
    Seconds time_to_live{0};                    ///< 0: the source does not tell.
};

/// Asks the system's name servers and hosts file, on a thread of its own, so that no reactor ever
/// waits for a name. Shared by all reactors. Thread: any.
class Resolver {
public:
    using Callback = std::function<void(Result<Resolved>)>;

    Resolver();
    /// Questions that are still open are never answered.
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// `done` runs on the resolver's thread. Errors: NotFound (no such name), Unavailable.
    void resolve(std::string host, Callback done);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace turnpike::integration
