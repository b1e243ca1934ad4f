#include <sys/socket.h>
#include <unistd.h>

#include "data-plane/worker/reactor.hpp"
#include "data-plane/worker/reactor_state.hpp"

namespace turnpike::worker {
namespace {

constexpr std::uint32_t kEnd = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

}  // namespace

Socket::Socket(Reactor& reactor, int descriptor, State state)
    : EventTarget(reactor),
      descriptor_(descriptor),
      readable_(false),
      writable_(state == State::Established) {
    reactor_.state_->add(descriptor, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, this);
}

// Closing the only descriptor of a socket also ends its registration.
Socket::~Socket() {
    ::close(descriptor_);
    if (destroyed_) *destroyed_ = true;
}

void Socket::handle(std::uint32_t events) {
    const bool ended = (events & kEnd) != 0;
    const bool reads = ended || (events & EPOLLIN) != 0;
    // A peer that only ended its own direction may still be written to, and it may be full.
    const bool writes = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
    hung_up_ = hung_up_ || ended;
    readable_ = readable_ || reads;
    writable_ = writable_ || writes;
    if (reads && idle_callback_) {
        const auto callback = std::exchange(idle_callback_, nullptr);
        callback();
        return;
    }
    resume(reads, writes);
}

// The address of the local is taken back on every way out on which the socket still exists.
#pragma GCC diagnostic push
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#endif
void Socket::resume(bool reader, bool writer) {
    bool destroyed = false;
    bool* const outer = std::exchange(destroyed_, &destroyed);
    if (reader && reader_) std::exchange(reader_, {}).resume();
    if (!destroyed && writer && writer_) std::exchange(writer_, {}).resume();
    if (destroyed) {
        if (outer) *outer = true;
    } else {
        destroyed_ = outer;
    }
}
#pragma GCC diagnostic pop

void Socket::give_up() {
    given_up_ = true;
    resume(true, true);
}

Watch::Watch(Reactor& reactor, int descriptor, std::uint32_t interest, Callback callback,
             bool exclusive)
    : EventTarget(reactor), descriptor_(descriptor), callback_(std::move(callback)) {
    const std::uint32_t events = ((interest & kRead) != 0 ? std::uint32_t{EPOLLIN} : 0) |
                                 ((interest & kWrite) != 0 ? std::uint32_t{EPOLLOUT} : 0) |
                                 (exclusive ? std::uint32_t{EPOLLEXCLUSIVE} : 0);
    reactor_.state_->add(descriptor, events, this);
}

Watch::~Watch() { reactor_.state_->remove(descriptor_); }

void Watch::change(std::uint32_t interest) {
    epoll_event event{};
    event.events = ((interest & kRead) != 0 ? std::uint32_t{EPOLLIN} : 0) |
                   ((interest & kWrite) != 0 ? std::uint32_t{EPOLLOUT} : 0);
    event.data.ptr = this;
    ::epoll_ctl(reactor_.state_->epoll, EPOLL_CTL_MOD, descriptor_, &event);
}

void Watch::handle(std::uint32_t events) {
    // A copy: the callback may destroy the watch and with it itself.
    const Callback callback = callback_;
    callback((events & (EPOLLIN | kEnd)) != 0, (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0);
}

}  // namespace turnpike::worker
