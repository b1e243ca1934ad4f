#pragma once

#include <cstdint>

#include "common/base/clock.hpp"
#include "data-plane/net/listener.hpp"

namespace turnpike {

/// What the main thread waits for: signals, and a call from another thread.
class ProcessEvents {
public:
    enum class Event : std::uint8_t { Terminate, Reload, Notified, TimedOut };

    /// From here on SIGTERM, SIGINT and SIGHUP come only through wait(), and SIGPIPE not at all.
    /// Requires: no other thread runs yet, so that all inherit this.
    ProcessEvents();

    Event wait(Milliseconds timeout);
    /// Lets wait() return Notified. Thread: any.
    void notify();

private:
    net::Descriptor signals_;
    net::Descriptor notices_;
};

}  // namespace turnpike
