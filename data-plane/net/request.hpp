#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/http/request_head.hpp"
#include "data-plane/net/address.hpp"
#include "data-plane/net/body.hpp"
#include "data-plane/net/response_writer.hpp"
#include "data-plane/tls/session.hpp"
#include "data-plane/worker/task.hpp"

namespace turnpike::net {

/// Names a connection for whoever may come late: a closed one is not found.
struct ConnectionId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    bool operator==(const ConnectionId&) const = default;
};

/// What is known of a client when its connection is accepted. Lifetime: the connection's.
struct Peer {
    SocketAddress address;
    std::string_view ip;  ///< as text; IPv4 as IPv4 on a dual-stack socket too
    SocketAddress local;
    const tls::Session* tls = nullptr;  ///< null: plain HTTP
    ConnectionId connection;
};

/// One request as it arrived. Lifetime: until the handler's task ends; the views in the head stay
/// valid that long, over suspensions too.
struct Request {
    const http::RequestHead& head;
    BodySource& body;
    const Peer& peer;
    SteadyTime received;       ///< when its first byte was seen
    WallTime received_date;    ///< the same for logs; cached per turn
    std::uint64_t head_bytes;  ///< request line and header section as they came
};

/// What serves requests: the pipeline. Thread: one reactor's.
class Handler {
public:
    virtual ~Handler() = default;
    /// Answers through `writer` before the task ends; a task that ends without an answer breaks the
    /// connection. The body may be left unread. Several requests of one connection come one after
    /// the other, never at once.
    virtual worker::Task<> handle(Request& request, ResponseWriter& writer) = 0;
};

}  // namespace turnpike::net
