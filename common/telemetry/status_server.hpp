#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/result.hpp"

namespace turnpike::telemetry {

/// What a status page answers.
struct StatusAnswer {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
};

/// A small HTTP server for those who watch the process: GET and HEAD of /livez, /readyz and
/// /metrics. Not for the public: no TLS, one request a connection, at most 32 connections of at
/// most 5 s and 4 KiB of head each. Several processes may share its port (SO_REUSEPORT), then each
/// answers some of the requests. The one part of telemetry with sockets. Thread: handlers run on
/// the server's own thread and must not block for long.
class StatusServer {
public:
    struct Address {
        std::string host;  ///< IPv4 or IPv6 address.
        std::uint16_t port = 0;
    };
    struct Handlers {
        std::function<StatusAnswer()> live;
        std::function<StatusAnswer()> ready;
        std::function<StatusAnswer()> metrics;
    };

    /// Listens and starts the thread. Errors: Unavailable, with the address and reason in
    /// `message`.
    static Result<std::unique_ptr<StatusServer>> start(const std::vector<Address>& addresses,
                                                       Handlers handlers);
    /// Stops the thread.
    ~StatusServer();
    StatusServer(const StatusServer&) = delete;
    StatusServer& operator=(const StatusServer&) = delete;

    /// Of the first address; for port 0.
    std::uint16_t port() const;

private:
    struct Parts;
    explicit StatusServer(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
    std::thread thread_;
};

}  // namespace turnpike::telemetry
