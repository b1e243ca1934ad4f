#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "data-plane/worker/reactor.hpp"

struct ssl_st;

namespace turnpike::tls {

class ClientContext;
class ServerContext;

/// How far an upstream's certificate is trusted.
enum class Verification : std::uint8_t {
    Full,       ///< chain to a known root, dates, name
    AnyIssuer,  ///< the issuer is not checked; dates and name are
};

/// One TLS connection over a socket. Reads and writes never block and spend no system call on a
/// socket known not to be ready. Thread: the socket's reactor.
class Session {
public:
    enum class Status : std::uint8_t { Done, WantRead, WantWrite, Closed, Failed };
    struct Result {
        std::size_t bytes = 0;
        Status status = Status::Done;
    };

    /// Lifetime: the socket outlives the session.
    static std::unique_ptr<Session> accept(const ServerContext& context, worker::Socket& socket);
    /// `server_name`: for SNI (unless it is an IP address), and what the certificate must name.
    static std::unique_ptr<Session> connect(const ClientContext& context, worker::Socket& socket,
                                            const std::string& server_name,
                                            Verification verification);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Status handshake();
    Result read(std::span<char> space);
    Result write(std::string_view bytes);
    /// Decrypted or not, bytes are held that read() may return without the socket.
    bool has_pending() const;
    /// Sends the closure alert if there is room for it.
    void close();

    bool is_resumed() const;
    std::string_view protocol() const;  ///< "TLSv1.3"
    std::string_view cipher() const;    ///< OpenSSL's name
    /// As the client sent it; empty if it did not.
    std::string_view server_name() const;
    /// Why the handshake failed, for the log.
    const std::string& failure() const { return failure_; }

private:
    Session(ssl_st* ssl, worker::Socket& socket);
    Status classify(int outcome);

    ssl_st* ssl_;
    bool established_ = false;
    bool wants_socket_ = false;  // the last read found no whole record
    std::string session_key_;    // towards upstreams: where sessions are kept
    std::string failure_;
};

}  // namespace turnpike::tls
