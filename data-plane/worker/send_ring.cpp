#include "data-plane/worker/send_ring.hpp"

#include <liburing.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "data-plane/worker/socket_calls.hpp"

namespace turnpike::worker {
namespace {

constexpr unsigned kSendsPerCall = 128;
constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
constexpr std::int64_t kNone = INT64_MIN;

/// A message of the two parts. Requires: it stays where it is.
struct Gathered {
    std::array<iovec, 2> parts;
    msghdr message;

    const msghdr& gather(const Outgoing& outgoing) {
        const auto part = [](std::string_view bytes) {
            return iovec{const_cast<char*>(bytes.data()), bytes.size()};
        };
        parts = {part(outgoing.first), part(outgoing.second)};
        message = {};
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        return message;
    }
};

void send_alone(Outgoing& outgoing) {
    Gathered gathered;
    const ssize_t count =
        outgoing.second.empty()
            ? transmit(outgoing.descriptor, outgoing.first.data(), outgoing.first.size())
            : transmit(outgoing.descriptor, gathered.gather(outgoing));
    outgoing.outcome = count < 0 ? -errno : count;
}

}  // namespace

struct SendRing::Ring {
    io_uring ring;
    std::array<Gathered, kSendsPerCall> gathered;

    const bool is_open = ::io_uring_queue_init(kSendsPerCall, &ring, IORING_SETUP_SUBMIT_ALL) == 0;

    Ring() = default;
    ~Ring() {
        if (is_open) ::io_uring_queue_exit(&ring);
    }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    void put(Outgoing& outgoing, std::size_t at) {
        io_uring_sqe* const entry = ::io_uring_get_sqe(&ring);
        if (outgoing.second.empty()) {
            ::io_uring_prep_send(entry, outgoing.descriptor, outgoing.first.data(),
                                 outgoing.first.size(), kFlags);
        } else {
            ::io_uring_prep_sendmsg(entry, outgoing.descriptor, &gathered[at].gather(outgoing),
                                    kFlags);
        }
        ::io_uring_sqe_set_data(entry, &outgoing);
    }

    /// What must not wait has ended when the call returns.
    /// Returns: false if the kernel did not take all; the others have no outcome.
    bool submit(unsigned count) {
        unsigned wanted = 0;
        for (unsigned ended = 0; ended < count; wanted = count - ended) {
            const int submitted = ::io_uring_submit_and_wait(&ring, wanted);
            ended += take_outcomes();
            if (submitted < 0 && submitted != -EINTR) return ended == count;
        }
        return true;
    }

    unsigned take_outcomes() {
        unsigned count = 0;
        unsigned head;
        io_uring_cqe* entry;
        io_uring_for_each_cqe(&ring, head, entry) {
            static_cast<Outgoing*>(::io_uring_cqe_get_data(entry))->outcome = entry->res;
            ++count;
        }
        ::io_uring_cq_advance(&ring, count);
        return count;
    }
};

SendRing::SendRing(Way way) : way_(way) {}

SendRing::~SendRing() = default;

bool SendRing::has_ring() {
    if (way_ == Way::OneByOne) return false;
    if (!ring_) ring_ = std::make_unique<Ring>();
    if (!ring_->is_open) give_up_ring();
    return ring_ != nullptr;
}

/// Whoever forbids it goes on doing so.
void SendRing::give_up_ring() {
    ring_.reset();
    way_ = Way::OneByOne;
}

void SendRing::send(std::span<Outgoing* const> all) {
    while (!all.empty()) {
        const auto some = all.first(std::min<std::size_t>(all.size(), kSendsPerCall));
        send_some(some);
        all = all.subspan(some.size());
    }
}

void SendRing::send_some(std::span<Outgoing* const> some) {
    for (Outgoing* const outgoing : some) {
        if (outgoing) outgoing->outcome = kNone;
    }
    if (some.size() > 1 && has_ring()) {
        unsigned count = 0;
        for (Outgoing* const outgoing : some) {
            if (outgoing) ring_->put(*outgoing, count++);
        }
        if (ring_->submit(count)) return;
        give_up_ring();
    }
    for (Outgoing* const outgoing : some) {
        if (outgoing && outgoing->outcome == kNone) send_alone(*outgoing);
    }
}

}  // namespace turnpike::worker
