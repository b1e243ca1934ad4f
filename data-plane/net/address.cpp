#include "data-plane/net/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

#include "common/base/assert.hpp"
#include "common/base/text.hpp"

namespace turnpike::net {

SocketAddress::SocketAddress(const sockaddr* address, socklen_t length) : length_(length) {
    TURNPIKE_ASSERT(length <= sizeof storage_);
    std::memcpy(&storage_, address, length);
}

Result<SocketAddress> SocketAddress::from_ip(std::string_view ip, std::uint16_t port) {
    const std::string text(ip);
    sockaddr_in v4{};
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        return SocketAddress(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
    }
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        return SocketAddress(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
    }
    return invalid("not an IP address: " + text);
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return invalid("no port in " + std::string(text));
    const auto port = parse_integer(text.substr(colon + 1));
    if (!port || *port < 0 || *port > 65535) return invalid("bad port in " + std::string(text));
    std::string_view ip = text.substr(0, colon);
    const bool bracketed = ip.size() > 2 && ip.front() == '[' && ip.back() == ']';
    if (bracketed) {
        ip = ip.substr(1, ip.size() - 2);
    } else if (ip.find(':') != std::string_view::npos) {
        return invalid("an IPv6 address needs brackets: " + std::string(text));
    }
    return from_ip(ip, static_cast<std::uint16_t>(*port));
}

std::uint16_t SocketAddress::port() const {
    if (family() == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
    }
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
}

std::string SocketAddress::ip() const {
    char text[INET6_ADDRSTRLEN];
    if (family() == AF_INET6) {
        const auto& address = reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr;
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&address);
        const void* bytes = mapped ? &address.s6_addr[12] : &address.s6_addr[0];
        return ::inet_ntop(mapped ? AF_INET : AF_INET6, bytes, text, sizeof text);
    }
    if (family() != AF_INET) return {};
    return ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr, text,
                       sizeof text);
}

std::string SocketAddress::text() const {
    const std::string host = ip();
    const bool needs_brackets = host.find(':') != std::string::npos;
    return (needs_brackets ? "[" + host + "]" : host) + ":" + std::to_string(port());
}

}  // namespace turnpike::net
