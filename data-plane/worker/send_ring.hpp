#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace turnpike::worker {

/// Bytes that a coroutine has Reactor::send() give to a socket.
struct Outgoing {
    int descriptor = -1;
    /// One after the other. Lifetime: until the waiter is resumed.
    std::string_view first = {};
    std::string_view second = {};
    std::coroutine_handle<> waiter = {};
    /// What send(2) would have returned, or -errno.
    std::int64_t outcome = 0;
};

/// Sends for many sockets with one system call, through io_uring(7). Where the kernel has none, or
/// forbids it, with one call each. Thread: one, from the first send() on: when the ring goes,
/// system calls of the thread that made it may be interrupted.
class SendRing {
public:
    enum class Way : std::uint8_t { Best, OneByOne };
    explicit SendRing(Way way = Way::Best);
    ~SendRing();
    SendRing(const SendRing&) = delete;
    SendRing& operator=(const SendRing&) = delete;

    /// As send(2) with MSG_DONTWAIT and MSG_NOSIGNAL, in this order; sets every outcome. Skips
    /// null.
    void send(std::span<Outgoing* const> all);

private:
    struct Ring;
    void send_some(std::span<Outgoing* const> some);
    bool has_ring();
    void give_up_ring();

    Way way_;
    std::unique_ptr<Ring> ring_;
};

}  // namespace turnpike::worker
