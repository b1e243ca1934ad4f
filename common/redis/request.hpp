#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "common/base/clock.hpp"
#include "common/redis/client.hpp"
#include "common/redis/limits.hpp"
#include "common/redis/scan_cursor.hpp"

namespace turnpike::redis {

/// A command on its way, until it is answered. Thread: the client's, once it is queued.
struct Request {
    std::string bytes;    ///< As RESP; a connection takes them unless it is to keep them.
    SteadyTime deadline;  ///< For the server's answer.
    SteadyTime caller_deadline;
    Client::Callback callback;
    /// Of a caller's command: how many wait; counted down by answer().
    std::atomic<std::size_t>* waiting = nullptr;

    // For a cluster only.
    std::optional<std::uint16_t> slot{};  ///< Nothing: any master.
    std::optional<ScanCursor> scan{};
    unsigned redirections = 0;
    unsigned tries = 0;

    /// Before it goes to another server. The new connection is not to be given up because the old
    /// one was slow, so the server gets some time in any case. Returns: false if it is too late.
    bool renew(SteadyTime now) {
        deadline = std::max(caller_deadline, now + limits::kWaitAgainLeast);
        return now < caller_deadline;
    }

    void answer(Result<Reply> reply) {
        if (waiting != nullptr) waiting->fetch_sub(1, std::memory_order_relaxed);
        if (callback) callback(std::move(reply));
    }
};

/// Finds out where the command is to go, if that matters, and puts it into bytes.
/// Errors: Invalid, for a SCAN with a cursor that no SCAN gave.
Result<Request> make_request(Command command, bool is_for_cluster);

}  // namespace turnpike::redis
