#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "data-plane/net/address.hpp"
#include "data-plane/tls/client_context.hpp"
#include "data-plane/tls/server_context.hpp"
#include "data-plane/tls/session.hpp"
#include "data-plane/worker/maybe_task.hpp"
#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/send_ring.hpp"
#include "data-plane/worker/signal.hpp"

namespace turnpike::net {

enum class IoStatus : std::uint8_t {
    Done,
    WouldBlock,  ///< only from the try_ functions
    Closed,      ///< orderly end of what the peer sends
    TimedOut,    ///< the deadline of this operation came
    Aborted,     ///< abort() was called
    Failed,      ///< reset, or TLS broken
};

struct IoResult {
    std::size_t bytes = 0;
    IoStatus status = IoStatus::Done;
};

/// A connection's bytes, in the clear or under TLS, towards a client or towards an upstream. All
/// operations try at once and make a coroutine only if they must wait; no system call is spent on a
/// socket that is known not to be ready. One reader and one writer at a time.
/// Thread: its reactor. Owns the socket. Not to be destroyed while a coroutine waits in it, unless
/// that coroutine is destroyed with it.
class Stream {
public:
    /// Requires: a connected, non-blocking socket.
    Stream(worker::Reactor& reactor, int descriptor,
           worker::Socket::State state = worker::Socket::State::Established);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// From here on bytes travel under TLS; the handshake has to follow. Lifetime: the context's
    /// covers the stream's.
    void secure_accepted(const tls::ServerContext& context);
    void secure_towards(const tls::ClientContext& context, const std::string& server_name,
                        tls::Verification verification);
    /// Returns: Done, TimedOut, Aborted or Failed (tls()->failure() tells why).
    worker::Task<IoStatus> handshake(SteadyTime deadline);
    /// Null if in the clear.
    const tls::Session* tls() const { return tls_.get(); }

    IoResult try_read(std::span<char> space);
    IoResult try_write(std::string_view bytes);
    /// Gathers both; under TLS the second follows in records of its own.
    IoResult try_write(std::string_view first, std::string_view second);

    /// co_await: as try_write(), but at the end of the turn with all that goes out then. A peer
    /// that is woken once for many sends does not go back to sleep in between, and in the clear
    /// they take one system call together.
    class WriteAtEnd {
    public:
        WriteAtEnd(Stream& stream, std::string_view first, std::string_view second);
        ~WriteAtEnd();
        WriteAtEnd(const WriteAtEnd&) = delete;
        WriteAtEnd& operator=(const WriteAtEnd&) = delete;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter);
        IoResult await_resume();

    private:
        Stream& stream_;
        worker::Outgoing outgoing_;
        bool is_sent_by_loop_ = false;
    };
    /// Lifetime: the views, until it is done.
    WriteAtEnd write_at_end(std::string_view first, std::string_view second = {}) {
        return {*this, first, second};
    }

    /// Waits for at least one byte. Requires: `space` is not empty.
    worker::MaybeTask<IoResult> read_some(std::span<char> space, SteadyTime deadline);
    /// Waits until all bytes are in the kernel's hands. The peer has to take some every `stall`.
    /// Lifetime: the views, until the operation ends.
    worker::MaybeTask<IoStatus> write_all(std::string_view bytes, Milliseconds stall);
    worker::MaybeTask<IoStatus> write_all(std::string_view first, std::string_view second,
                                          Milliseconds stall);
    /// co_await: until a read may give something, without needing a buffer meanwhile.
    class Readable {
    public:
        Readable(Stream& stream, SteadyTime deadline) : stream_(stream), deadline_(deadline) {}
        bool await_ready() const { return stream_.aborted_ || stream_.maybe_readable(); }
        void await_suspend(std::coroutine_handle<> waiter);
        IoStatus await_resume();

    private:
        Stream& stream_;
        SteadyTime deadline_;
        bool has_waited_ = false;
    };
    Readable readable(SteadyTime deadline) { return {*this, deadline}; }
    /// Waits for room to write; for the end of connect().
    worker::Task<IoStatus> wait_writable(SteadyTime deadline);

    bool maybe_readable() const { return socket_.maybe_readable() || has_decrypted(); }
    /// The kernel holds bytes of the peer that were not read.
    bool has_unread() const;
    /// The peer closed its side, or the connection broke, as far as events have told.
    bool hung_up() const { return socket_.hung_up(); }

    /// No more is written: sends the TLS closure alert, if any, and FIN.
    void shutdown_write();
    /// The end will be a reset, so that the peer does not take it for orderly.
    void reset_on_close();
    /// Lets what waits, and every later wait, end with Aborted. Requires: not called by the waiter.
    /// The stream may be gone when this returns.
    void abort();

    /// For pools: `callback` runs, once, when anything happens to a stream that nobody waits on
    /// (bytes that nobody asked for, or the end). It may destroy the stream. Empty: no more.
    void on_event_while_idle(std::function<void()> callback) {
        socket_.on_event_while_idle(std::move(callback));
    }

    int descriptor() const { return socket_.descriptor(); }
    worker::Reactor& reactor() const { return socket_.reactor(); }

private:
    /// Reads or writes that end at once, in one turn.
    static constexpr std::uint32_t kStepsPerTurn = 64;

    struct Wait {
        SteadyTime deadline = SteadyTime::max();
        bool timed_out = false;
    };

    bool has_decrypted() const { return tls_ && tls_->has_pending(); }
    IoResult read_plain(std::span<char> space);
    IoResult write_plain(std::string_view first, std::string_view second);
    IoResult written(std::size_t bytes, std::size_t wanted);
    IoResult failed_write(int error);
    IoResult write_tls(std::string_view bytes);
    worker::Task<IoResult> read_later(std::span<char> space, SteadyTime deadline);
    worker::Task<IoResult> read_slowly(std::span<char> space, SteadyTime deadline);
    worker::Task<IoStatus> write_slowly(std::string_view first, std::string_view second,
                                        Milliseconds stall);
    void begin_wait(Wait& wait, SteadyTime deadline);
    IoStatus end_wait(Wait& wait);
    void arm();
    void on_timer();

    worker::Socket socket_;
    worker::Timer timer_;
    std::unique_ptr<tls::Session> tls_;
    Wait read_;
    Wait write_;
    bool aborted_ = false;
    worker::TurnBudget budget_{kStepsPerTurn};
};

struct ConnectOptions {
    SteadyTime deadline;
    /// Null: in the clear.
    const tls::ClientContext* tls = nullptr;
    /// For SNI, and to be found in the certificate. Lifetime: until the connection stands. Not a
    /// string: g++ 12 destroys such members of temporaries in co_await expressions twice.
    std::string_view server_name = {};
    tls::Verification verification = tls::Verification::Full;
};

/// Connects to one address, TLS handshake included. Errors: Timeout, Unavailable; the detail tells
/// which step failed. Thread: the reactor's.
worker::Task<Result<std::unique_ptr<Stream>>> connect(worker::Reactor& reactor,
                                                      SocketAddress address,
                                                      ConnectOptions options);

}  // namespace turnpike::net
