#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "data-plane/worker/maybe_task.hpp"

namespace turnpike::net {

/// Part of a body, or why there is no more.
struct BodyPiece {
    enum class Status : std::uint8_t {
        Data,      ///< `bytes`, never empty
        End,       ///< all was read
        TooLarge,  ///< more than the limit: answer 413 (reject() does)
        Invalid,   ///< framing is broken: answer 400
        TimedOut,  ///< too slow
        Lost,      ///< the peer is gone
    };
    Status status = Status::End;
    std::string_view bytes;
};

/// The body of a message, read by pull: what is not asked for stays with the peer (back-pressure).
/// The first read sends "100 Continue" if the client waits for it. Trailers are dropped.
/// Thread: the connection's reactor. Lifetime: the request's.
class BodySource {
public:
    virtual ~BodySource() = default;

    /// As declared by Content-Length; nothing for a chunked body; 0 if there is none.
    virtual std::optional<std::uint64_t> declared_length() const = 0;
    /// Nothing is left to read.
    virtual bool is_complete() const = 0;

    /// The next bytes. Lifetime of the piece: until the next call.
    virtual worker::MaybeTask<BodyPiece> next() = 0;
    /// What is left, in one piece: Data (if there is any), End, or a failure. A body that came
    /// with its head is not copied. Lifetime of the piece: the request's.
    virtual worker::MaybeTask<BodyPiece> read_all() = 0;
};

}  // namespace turnpike::net
