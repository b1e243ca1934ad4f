#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "common/redis/url.hpp"

namespace turnpike::redis {

/// Bytes to and from one server: TCP, Unix socket, or TLS with verification of its certificate.
/// Thread: that of the io_context. Lifetime: what `Done` holds must hold this, so that it outlives
/// every operation; each calls its Done once, also after close().
class Transport {
public:
    /// `problem` is empty if all went well.
    using Done = std::function<void(const std::string& problem, std::size_t bytes)>;

    Transport(boost::asio::io_context& io, Address address);
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    const Address& address() const { return address_; }
    /// Looks the name up, connects and shakes hands.
    void connect(Done done);
    /// Some bytes, as they come.
    void read(boost::asio::mutable_buffer into, Done done);
    /// All of them. Lifetime: `from` until done.
    void write(boost::asio::const_buffer from, Done done);
    void close();

private:
    struct Sockets;  // keeps Asio's TLS in transport.cpp
    void connect_tcp(Done done);
    void shake_hands(Done done);

    Address address_;
    std::unique_ptr<Sockets> sockets_;
};

}  // namespace turnpike::redis
