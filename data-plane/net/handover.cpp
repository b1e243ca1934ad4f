#include "data-plane/net/handover.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

namespace turnpike::net {
namespace {

/// What one message can carry (SCM_MAX_FD of Linux).
constexpr std::size_t kDescriptorsMax = 253;
constexpr std::size_t kPlaces = 64;
constexpr Seconds kAnswerTimeout{2};
/// For another process that starts, and for all places together.
constexpr Seconds kStartTimeout{5};
constexpr Milliseconds kAnswerPause{1000};

/// An address in the abstract namespace: it vanishes with its last descriptor.
struct AbstractAddress {
    explicit AbstractAddress(const std::string& name) {
        address.sun_family = AF_UNIX;
        const std::size_t bytes = std::min(name.size(), sizeof address.sun_path - 1);
        std::memcpy(address.sun_path + 1, name.data(), bytes);
        length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + bytes);
    }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }

    sockaddr_un address{};
    socklen_t length = 0;
};

Descriptor unix_socket() {
    return Descriptor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// Not valid if another process has the name.
Descriptor listen_at(const std::string& name) {
    Descriptor socket = unix_socket();
    const AbstractAddress address(name);
    if (socket && (::bind(socket.get(), address.get(), address.length) != 0 ||
                   ::listen(socket.get(), kPlaces) != 0)) {
        socket.reset();
    }
    return socket;
}

/// Not valid if nobody listens there.
Descriptor connect_to(const std::string& name) {
    Descriptor socket = unix_socket();
    const AbstractAddress address(name);
    if (socket && ::connect(socket.get(), address.get(), address.length) != 0) socket.reset();
    return socket;
}

/// Waits for something to read, or for the end.
void await_readable(const Descriptor& socket, Milliseconds timeout) {
    pollfd waiting{socket.get(), POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(timeout.count()) + 1);
}

/// Until nobody else has the name; it is given up with the descriptor, also by a process that dies,
/// and that wakes those that are connected to it. After the timeout this one goes on without.
Descriptor wait_for_turn(const std::string& name) {
    const SteadyTime deadline = steady_now() + kStartTimeout;
    Descriptor turn = listen_at(name);
    while (!turn && steady_now() < deadline) {
        const Descriptor other = connect_to(name);
        const auto left = std::chrono::duration_cast<Milliseconds>(deadline - steady_now());
        if (other) await_readable(other, left);
        turn = listen_at(name);
    }
    return turn;
}

/// Abstract names have no permissions: anybody may take or ask for one.
bool is_peer_of_this_user(int descriptor) {
    ucred peer{};
    socklen_t length = sizeof peer;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
           peer.uid == ::geteuid();
}

union ControlBuffer {
    char bytes[CMSG_SPACE(kDescriptorsMax * sizeof(int))];
    cmsghdr header;
};

void send_descriptors(int to, const std::vector<int>& numbers) {
    ControlBuffer control{};
    char count = static_cast<char>(numbers.size());
    iovec part{&count, 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(numbers.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(numbers.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), numbers.data(), numbers.size() * sizeof(int));
    ::sendmsg(to, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::vector<Descriptor> receive_descriptors(int from) {
    ControlBuffer control{};
    char count = 0;
    iovec part{&count, 1};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    std::vector<Descriptor> received;
    if (::recvmsg(from, &message, MSG_CMSG_CLOEXEC) <= 0) return received;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t numbers = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < numbers; ++i) {
            int number;
            std::memcpy(&number, CMSG_DATA(header) + i * sizeof(int), sizeof number);
            received.emplace_back(number);
        }
    }
    return received;
}

}  // namespace

ListenerGroup::ListenerGroup(SocketAddress address, std::string name)
    : address_(address), name_(std::move(name)) {}

ListenerGroup::~ListenerGroup() = default;

Result<std::unique_ptr<ListenerGroup>> ListenerGroup::open(const SocketAddress& address,
                                                           std::size_t sockets_wanted) {
    std::string name = "turnpike/" + std::to_string(::geteuid()) + "/" + address.text();
    std::unique_ptr<ListenerGroup> group(new ListenerGroup(address, std::move(name)));
    if (address.port() == 0) {  // a free port belongs to nobody else
        if (auto bound = group->bind_own(sockets_wanted); !bound) return bound.error();
        return group;
    }
    const Descriptor turn = wait_for_turn(group->name_ + "/starting");
    if (!group->ask_others()) {
        if (auto bound = group->bind_own(sockets_wanted); !bound) return bound.error();
    }
    group->take_place();
    return group;
}

Result<void> ListenerGroup::bind_own(std::size_t sockets_wanted) {
    for (std::size_t i = 0; i < std::clamp<std::size_t>(sockets_wanted, 1, kDescriptorsMax); ++i) {
        auto listener = Listener::bind(address_);
        if (!listener) return listener.error();
        address_ = listener->address();  // a free port becomes the port of the others
        listeners_.push_back(*std::move(listener));
    }
    return {};
}

void ListenerGroup::take_place() {
    for (std::size_t place = 0; place < kPlaces && !place_; ++place) {
        place_ = listen_at(place_name(place));
    }
}

bool ListenerGroup::ask_others() {
    const SteadyTime deadline = steady_now() + kStartTimeout;
    for (std::size_t place = 0; place < kPlaces && !handed_over_; ++place) {
        handed_over_ = ask(place);
        if (steady_now() > deadline) break;
    }
    return handed_over_;
}

bool ListenerGroup::ask(std::size_t place) {
    const Descriptor socket = connect_to(place_name(place));
    if (!socket || !is_peer_of_this_user(socket.get())) return false;
    await_readable(socket, kAnswerTimeout);
    for (Descriptor& descriptor : receive_descriptors(socket.get())) {
        auto listener = Listener::from(std::move(descriptor));
        if (listener && listener->address().text() == address_.text()) {
            listeners_.push_back(*std::move(listener));
        }
    }
    return !listeners_.empty();
}

std::string ListenerGroup::place_name(std::size_t place) const {
    return name_ + "/" + std::to_string(place);
}

Result<std::vector<Listener>> ListenerGroup::share(std::size_t index, std::size_t count) const {
    std::vector<Listener> mine;
    const std::size_t sockets = listeners_.size();
    const auto add = [&mine](const Listener& listener) -> Result<void> {
        auto copy = listener.duplicate();
        if (!copy) return copy.error();
        mine.push_back(*std::move(copy));
        return {};
    };
    for (std::size_t i = index; i < sockets; i += count) {
        if (auto added = add(listeners_[i]); !added) return added.error();
    }
    if (mine.empty() && sockets > 0) {
        if (auto added = add(listeners_[index % sockets]); !added) return added.error();
    }
    return mine;
}

void ListenerGroup::serve(worker::Reactor& reactor) {
    if (!place_) return;
    reactor_ = &reactor;
    resume_ = std::make_unique<worker::Timer>(reactor, [this] { watch_place(); });
    watch_place();
}

void ListenerGroup::watch_place() {
    watch_ = std::make_unique<worker::Watch>(*reactor_, place_.get(), worker::Watch::kRead,
                                             [this](bool, bool) { answer_one(); });
}

void ListenerGroup::answer_one() {
    const Descriptor asking(
        ::accept4(place_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!asking) {
        // Out of descriptors: who asks waits on, and must not keep this reactor busy.
        watch_.reset();
        resume_->expire_after(kAnswerPause);
        return;
    }
    if (!is_peer_of_this_user(asking.get())) return;
    std::vector<int> numbers;
    for (const Listener& listener : listeners_) numbers.push_back(listener.descriptor());
    send_descriptors(asking.get(), numbers);
}

void ListenerGroup::close() {
    resume_.reset();
    watch_.reset();
    place_.reset();
    listeners_.clear();
}

}  // namespace turnpike::net
