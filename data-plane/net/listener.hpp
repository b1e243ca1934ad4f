#pragma once

#include <optional>
#include <vector>

#include "common/base/result.hpp"
#include "data-plane/net/address.hpp"

namespace turnpike::net {

/// A file descriptor that is closed with its owner.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    int release();
    void reset();
    /// A second descriptor of the same open file. Returns: an empty one if the table is full.
    Descriptor duplicate() const;

private:
    int number_ = -1;
};

/// A listening socket. Several may listen on one address: of one process, one per reactor; of two
/// processes, while one takes over from the other (SO_REUSEPORT).
class Listener {
public:
    static constexpr int kBacklog = 4096;

    /// Binds and listens; port 0 takes a free one. IPv6 sockets take IPv6 only.
    static Result<Listener> bind(const SocketAddress& address);
    /// Takes a socket that listens already.
    static Result<Listener> from(Descriptor descriptor);

    int descriptor() const { return descriptor_.get(); }
    const SocketAddress& address() const { return address_; }
    Result<Listener> duplicate() const;

private:
    Listener(Descriptor descriptor, SocketAddress address)
        : descriptor_(std::move(descriptor)), address_(address) {}
    Descriptor descriptor_;
    SocketAddress address_;
};

}  // namespace turnpike::net
