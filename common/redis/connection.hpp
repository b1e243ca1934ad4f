#pragma once

#include <memory>

#include "common/redis/client.hpp"

namespace turnpike::redis {

/// The connection behind a Client, on a thread of its own: connects, logs in, writes what is queued
/// in one go, hands out replies in order, and connects again after a failure.
/// Thread: any; callbacks run on its own.
class Connection {
public:
    explicit Connection(Options options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const Options& options() const;
    /// The callback is called exactly once, also when this object goes.
    void enqueue(Command command, Milliseconds timeout, Client::Callback callback);
    bool is_connected() const;

private:
    struct Loop;  // Asio stays in connection.cpp
    std::unique_ptr<Loop> loop_;
};

}  // namespace turnpike::redis
