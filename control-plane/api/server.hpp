#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/result.hpp"
#include "control-plane/api/dispatcher.hpp"

namespace turnpike::api {

/// The listener of the management API. Pistache accepts, runs the threads and reads;
/// TLS is TlsSession's and HTTP is Connection's, so that no client waits for another one's
/// handshake, and no byte of the library's own pages ever reaches one. Each
/// thread serves its connections in turn, and runs their operations itself.
class Server {
public:
    struct Options {
        std::string host = "127.0.0.1";  ///< an address; IPv6 without brackets
        std::uint16_t port = 4566;       ///< 0: any free port
        std::size_t threads = 8;
        std::string certificate_file{};  ///< PEM chain; empty: plain HTTP
        std::string key_file{};
    };

    /// Lifetime: `handler` outlives the server.
    Server(Options options, RequestHandler& handler);
    /// Stops.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens and serves on threads of its own. Errors: Invalid (a plain listener on an address
    /// that is not loopback, a certificate that cannot be read), Unavailable (address taken).
    Result<void> start();
    /// Ends the threads after the operations under way.
    void stop();

    /// Requires: started.
    std::uint16_t port() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace turnpike::api
