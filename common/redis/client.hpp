#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace turnpike::redis {

/// One RESP2 reply. A value.
struct Reply {
    enum class Kind : std::uint8_t { Nil, Status, Text, Integer, Array };
    Kind kind = Kind::Nil;
    std::string text;
    std::int64_t integer = 0;
    std::vector<Reply> elements;
    bool is_nil() const { return kind == Kind::Nil; }
};

/// A command as its words: {"HSET", key, field, value}.
using Command = std::vector<std::string>;

struct Options {
    /// One server: redis://[user[:password]@]host[:port][/db], unix:///path[?db=n].
    /// Sentinels: redis-sentinel://[user:password@]host[:port][,host[:port]...]/<master name>[/db].
    /// A cluster, by some of its servers: redis-cluster://[user:password@]host[:port][,...].
    /// rediss…:// for TLS (verified).
    std::string url;
    Milliseconds connect_timeout{1000};
    Milliseconds reply_timeout{1000};
    /// Commands waiting for an answer, over all callers; more are refused at once.
    std::size_t pending_max = 100'000;
};

class ClientLoop;

/// Asynchronous, pipelining client: the commands that come in one turn of its loop go out in one
/// write to each server. Reconnects by itself with back-off (50 ms to 2 s), to the master that
/// sentinels name, or to the cluster's owner of the key's slot; decision 0007. What was sent
/// without an answer fails with Unavailable, never twice; only what a server of a cluster refused,
/// because another has the slot, is sent again. hiredis is the codec, Asio the transport. Order:
/// with one server, commands are executed and answered in the order in which they came. With a
/// cluster, this is not so even for one key while its slot moves: where order matters, wait for the
/// answer or use a script. SCAN visits all masters, its cursor is opaque, and it fails with
/// Unavailable if the cluster changes meanwhile. A command without a key goes to any master.
/// Thread: any thread may call; callbacks run on the client's own thread and must not block.
class Client {
public:
    using Callback = std::function<void(Result<Reply>)>;

    explicit Client(Options options);
    /// Fails what is pending and joins the thread.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Errors: Unavailable (not connected, connection lost, too many pending), Timeout,
    /// Internal with the server's text in `detail` (an error reply).
    void send(Command command, Callback callback);
    /// Blocking form, for threads that may wait. `timeout` bounds the wait as a whole; it may
    /// exceed Options::reply_timeout for blocking commands (XREAD BLOCK), which need a client of
    /// their own because they hold up everything behind them.
    Result<Reply> call(Command command, Milliseconds timeout);
    /// One result each, in the order of the commands. Fails as a whole, with what the first failed
    /// with, if none was answered.
    Result<std::vector<Result<Reply>>> pipeline(std::vector<Command> commands,
                                                Milliseconds timeout);

    /// Of a cluster: to every master.
    bool is_connected() const;
    /// Where a key lies in a cluster; 0 without one.
    std::uint16_t slot_of(std::string_view key) const;
    /// To the server that has this slot.
    bool is_slot_connected(std::uint16_t slot) const;
    /// Whether what lies in these two slots is on one server, as far as is known.
    bool is_same_server(std::uint16_t one, std::uint16_t other) const;

private:
    std::unique_ptr<ClientLoop> loop_;
};

}  // namespace turnpike::redis
