#pragma once

#include <memory>
#include <optional>

#include "common/http/request_head.hpp"
#include "data-plane/net/buffer.hpp"
#include "data-plane/net/http1_body.hpp"
#include "data-plane/net/http1_writer.hpp"
#include "data-plane/net/rejection.hpp"
#include "data-plane/net/request.hpp"
#include "data-plane/net/server.hpp"
#include "data-plane/net/stream.hpp"

namespace turnpike::net {

/// One client's connection: reads heads, has the handler answer them in order, and decides when the
/// connection ends. Lives in the coroutine that runs serve(). Holds no buffer while it is idle.
/// Thread: its reactor.
class Connection {
public:
    Connection(Server& server, int descriptor, const SocketAddress& peer,
               std::shared_ptr<const tls::ServerContext> tls);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Ends when the connection is to be closed.
    worker::Task<> serve();
    /// For draining: a connection with a request under way ends after it by itself.
    void close_if_idle();
    /// Ends it now.
    void abort() { stream_.abort(); }

    void set_id(ConnectionId id) { peer_.connection = id; }

private:
    static constexpr std::uint32_t kRequestsPerTurn = 32;

    enum class Next : std::uint8_t {
        Request,
        Rejection,  ///< in rejection_
        Close,
    };
    enum class End : std::uint8_t {
        AtOnce,
        Lingering,  ///< the client may be sending still, and must see the last answer
        Reset,
    };

    /// Gets a whole head into head_, sending what is due before it waits.
    worker::Task<Next> next_request();
    /// Parses what has arrived. Returns: nothing if more has to come.
    std::optional<Next> parse_head();
    worker::MaybeTask<IoStatus> flush();
    worker::Task<IoStatus> flush_slowly(worker::MaybeTask<IoStatus> writing);
    /// Returns: false if the connection has to end.
    worker::MaybeTask<bool> finish_request();
    worker::Task<bool> finish_slowly();
    void write_rejection();
    worker::Task<> end(End how);
    void note_peer(const SocketAddress& peer);

    Server& server_;
    std::shared_ptr<const tls::ServerContext> tls_;
    Stream stream_;
    Buffer input_;
    Buffer output_;
    Peer peer_;
    char ip_[46];
    worker::TurnBudget budget_{kRequestsPerTurn};
    bool is_idle_ = false;
    End end_ = End::AtOnce;
    Rejection rejection_{};
    SteadyTime received_;  // first byte of the request under way
    WallTime received_date_;
    http::RequestHead head_;
    std::uint64_t head_bytes_ = 0;
    Http1Body body_;
    Http1Writer writer_;
};

}  // namespace turnpike::net
