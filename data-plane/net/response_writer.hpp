#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "data-plane/worker/maybe_task.hpp"

namespace turnpike::net {

struct ResponseField {
    std::string_view name;
    std::string_view value;
};

/// A response up to its body. Names go out in the case given.
struct ResponseHead {
    int status = 200;
    /// The standard phrase if empty.
    std::string_view reason;
    /// Without Date, Connection, Content-Length, Transfer-Encoding and Keep-Alive, which belong to
    /// the writer and are dropped here. Control characters in values become spaces; fields whose
    /// names are not tokens are dropped.
    std::span<const ResponseField> fields;
};

/// Takes the one response to a request: either send(), or start(), any number of write(), finish().
/// Adds Date, Connection and the framing. Every call ends at once unless the client is slow; false
/// means that the client is gone, and there is nothing left to do. After a request that is not read
/// to its end the connection is closed when need be.
/// Thread: the connection's reactor. Views must live until the call's result is awaited.
class ResponseWriter {
public:
    virtual ~ResponseWriter() = default;

    /// A whole response. Sent together with the answers to pipelined requests, if there are more.
    virtual worker::MaybeTask<bool> send(const ResponseHead& head, std::string_view body) = 0;

    /// Begins a response whose body follows in pieces. Without a length, the body is chunked, or
    /// ends with the connection for HTTP/1.0. The head is held back until the first piece or
    /// flush().
    virtual worker::MaybeTask<bool> start(const ResponseHead& head,
                                          std::optional<std::uint64_t> length) = 0;
    /// Sends a piece. Requires: not more in all than the length told to start().
    virtual worker::MaybeTask<bool> write(std::string_view piece) = 0;
    /// Sends what is held back.
    virtual worker::MaybeTask<bool> flush() = 0;
    /// Ends the body. If the length was not reached, breaks the connection.
    virtual worker::MaybeTask<bool> finish() = 0;
    /// Gives up a response that was started: the client sees a broken connection, not a short body.
    virtual void abort() = 0;

    /// The next response says "Connection: close".
    virtual void close_after() = 0;

    virtual bool is_started() const = 0;
    virtual bool is_finished() const = 0;
    virtual int status() const = 0;
    /// Of the body, without chunk framing; 0 for HEAD.
    virtual std::uint64_t body_bytes_sent() const = 0;
};

}  // namespace turnpike::net
