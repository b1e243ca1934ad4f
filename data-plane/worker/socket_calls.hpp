#pragma once

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

/// recv(2), send(2) and sendmsg(2) for sockets that never block. libc's own are cancellation
/// points, and in a process with threads each pays two atomic operations for that: 1 % of a
/// request's time. Returns and errno are those of the calls. Thread: any.
namespace turnpike::worker {

inline ssize_t receive(int descriptor, char* space, std::size_t size) {
    return ::syscall(SYS_recvfrom, descriptor, space, size, 0, nullptr, nullptr);
}

inline ssize_t transmit(int descriptor, const char* bytes, std::size_t size) {
    return ::syscall(SYS_sendto, descriptor, bytes, size, MSG_NOSIGNAL, nullptr, 0);
}

inline ssize_t transmit(int descriptor, const msghdr& message) {
    return ::syscall(SYS_sendmsg, descriptor, &message, MSG_NOSIGNAL);
}

}  // namespace turnpike::worker
