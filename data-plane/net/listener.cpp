#include "data-plane/net/listener.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace turnpike::net {
namespace {

Error failed(const char* what, const SocketAddress& address) {
    const std::string reason = std::generic_category().message(errno);
    return unavailable("cannot " + std::string(what) + " " + address.text() + ": " + reason);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        reset();
        number_ = other.release();
    }
    return *this;
}

int Descriptor::release() { return std::exchange(number_, -1); }

void Descriptor::reset() {
    if (number_ >= 0) ::close(release());
}

Descriptor Descriptor::duplicate() const {
    return Descriptor(::fcntl(number_, F_DUPFD_CLOEXEC, 0));
}

Result<Listener> Listener::bind(const SocketAddress& address) {
    Descriptor descriptor(
        ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!descriptor) return failed("make a socket for", address);
    const int on = 1;
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (address.family() == AF_INET6) {
        ::setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (::bind(descriptor.get(), address.get(), address.length()) != 0) {
        return failed("bind", address);
    }
    if (::listen(descriptor.get(), kBacklog) != 0) return failed("listen on", address);
    return from(std::move(descriptor));
}

Result<Listener> Listener::from(Descriptor descriptor) {
    int listens = 0;
    socklen_t length = sizeof listens;
    ::getsockopt(descriptor.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &length);
    if (listens == 0) return unavailable("not a listening socket");
    sockaddr_storage bound{};
    length = sizeof bound;
    if (::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&bound), &length) != 0 ||
        (bound.ss_family != AF_INET && bound.ss_family != AF_INET6)) {
        return unavailable("not an IP socket");
    }
    return Listener(std::move(descriptor),
                    SocketAddress(reinterpret_cast<const sockaddr*>(&bound), length));
}

Result<Listener> Listener::duplicate() const {
    Descriptor copy = descriptor_.duplicate();
    if (!copy) return failed("duplicate the socket of", address_);
    return Listener(std::move(copy), address_);
}

}  // namespace turnpike::net
