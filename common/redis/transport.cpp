#include "common/redis/transport.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

namespace turnpike::redis {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Unix = asio::local::stream_protocol;
using AnySocket = asio::generic::stream_protocol::socket;
using SecureStream = asio::ssl::stream<AnySocket&>;

struct Transport::Sockets {
    explicit Sockets(asio::io_context& io) : resolver(io), plain(io) {}
    Tcp::resolver resolver;
    Tcp::resolver::results_type endpoints;
    Tcp::resolver::results_type::const_iterator next;
    AnySocket plain;
    std::optional<asio::ssl::context> context;
    std::optional<SecureStream> secure;
    bool is_closed = false;  // before what was under way has been told
};

namespace {

std::string told(const char* what, const boost::system::error_code& error) {
    return error ? what + error.message() : std::string();
}

}  // namespace

Transport::Transport(asio::io_context& io, Address address)
    : address_(std::move(address)), sockets_(std::make_unique<Sockets>(io)) {}
Transport::~Transport() = default;

void Transport::connect(Done done) {
    if (address_.transport == Address::Transport::Unix) {
        sockets_->plain.async_connect(
            Unix::endpoint(address_.path),
            [done = std::move(done)](auto error) { done(told("", error), 0); });
        return;
    }
    sockets_->resolver.async_resolve(address_.host, address_.port,
                                     [this, done = std::move(done)](auto error, auto endpoints) {
                                         if (error) return done(told("name look-up: ", error), 0);
                                         if (sockets_->is_closed) return done("closed", 0);
                                         sockets_->endpoints = std::move(endpoints);
                                         sockets_->next = sockets_->endpoints.begin();
                                         connect_tcp(done);
                                     });
}

/// Tries one address after the other.
void Transport::connect_tcp(Done done) {
    Sockets& sockets = *sockets_;
    if (sockets.next == sockets.endpoints.end()) return done("connection refused", 0);
    const Tcp::endpoint endpoint = (sockets.next++)->endpoint();
    sockets.plain = AnySocket(sockets.plain.get_executor());
    sockets.plain.async_connect(endpoint, [this, done = std::move(done)](auto error) {
        if (sockets_->is_closed) return done("closed", 0);
        if (error) return connect_tcp(done);
        boost::system::error_code ignored;
        sockets_->plain.set_option(Tcp::no_delay(true), ignored);
        if (address_.transport == Address::Transport::Tls) return shake_hands(done);
        done({}, 0);
    });
}

void Transport::shake_hands(Done done) {
    Sockets& sockets = *sockets_;
    boost::system::error_code error;
    sockets.context.emplace(asio::ssl::context::tls_client);
    sockets.context->set_default_verify_paths(error);
    sockets.secure.emplace(sockets.plain, *sockets.context);
    sockets.secure->set_verify_mode(asio::ssl::verify_peer);
    sockets.secure->set_verify_callback(asio::ssl::host_name_verification(address_.host));
    SSL_set_tlsext_host_name(sockets.secure->native_handle(), address_.host.c_str());
    sockets.secure->async_handshake(
        asio::ssl::stream_base::client,
        [done = std::move(done)](auto failed) { done(told("TLS: ", failed), 0); });
}

void Transport::read(asio::mutable_buffer into, Done done) {
    auto handler = [done = std::move(done)](auto error, std::size_t bytes) {
        done(told("read: ", error), bytes);
    };
    if (sockets_->secure) {
        sockets_->secure->async_read_some(into, std::move(handler));
    } else {
        sockets_->plain.async_read_some(into, std::move(handler));
    }
}

void Transport::write(asio::const_buffer from, Done done) {
    auto handler = [done = std::move(done)](auto error, std::size_t bytes) {
        done(told("write: ", error), bytes);
    };
    if (sockets_->secure) {
        asio::async_write(*sockets_->secure, from, std::move(handler));
    } else {
        asio::async_write(sockets_->plain, from, std::move(handler));
    }
}

void Transport::close() {
    boost::system::error_code ignored;
    sockets_->is_closed = true;
    sockets_->resolver.cancel();
    sockets_->plain.close(ignored);
}

}  // namespace turnpike::redis
