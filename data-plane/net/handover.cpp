#include "data-plane/net/handover.hpp"

#include <sys/socket.h>
#include <sys/time.h>
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
constexpr Seconds kAnswerTimeout{2};
constexpr Milliseconds kRetry{1000};

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

Descriptor unix_socket(int flags) {
    return Descriptor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0));
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
    : address_(address), name_text_(std::move(name)) {}

ListenerGroup::~ListenerGroup() = default;

Result<std::unique_ptr<ListenerGroup>> ListenerGroup::open(const SocketAddress& address,
                                                           std::size_t sockets_wanted) {
    std::string name = "turnpike/" + std::to_string(::geteuid()) + "/" + address.text();
    std::unique_ptr<ListenerGroup> group(new ListenerGroup(address, std::move(name)));
    // The name comes first: of two processes that start at once, the second waits for the answer of
    // the first instead of binding sockets of its own. A free port belongs to nobody else anyway.
    if (address.port() == 0 || group->try_name() || !group->ask_owner()) {
        if (auto bound = group->bind_own(sockets_wanted); !bound) return bound.error();
    }
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

bool ListenerGroup::try_name() {
    Descriptor name = unix_socket(SOCK_NONBLOCK);
    const AbstractAddress address(name_text_);
    if (!name || ::bind(name.get(), address.get(), address.length) != 0 ||
        ::listen(name.get(), 16) != 0) {
        return false;
    }
    name_ = std::move(name);
    return true;
}

bool ListenerGroup::ask_owner() {
    const Descriptor socket = unix_socket(0);
    if (!socket) return false;
    const timeval timeout{kAnswerTimeout.count(), 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    const AbstractAddress address(name_text_);
    if (::connect(socket.get(), address.get(), address.length) != 0) return false;
    if (!is_peer_of_this_user(socket.get())) return false;
    for (Descriptor& descriptor : receive_descriptors(socket.get())) {
        auto listener = Listener::from(std::move(descriptor));
        if (listener && listener->address().text() == address_.text()) {
            listeners_.push_back(*std::move(listener));
        }
    }
    handed_over_ = !listeners_.empty();
    return handed_over_;
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
    if (listeners_.empty()) return;
    reactor_ = &reactor;
    retry_ = std::make_unique<worker::Timer>(reactor, [this] { take_name(); });
    take_name();
}

void ListenerGroup::take_name() {
    if (!name_ && !try_name()) {
        retry_->expire_after(kRetry);
        return;
    }
    watch_ = std::make_unique<worker::Watch>(*reactor_, name_.get(), worker::Watch::kRead,
                                             [this](bool, bool) { answer_one(); });
}

void ListenerGroup::answer_one() {
    const Descriptor asking(::accept4(name_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!asking) {
        // Out of descriptors: who asks waits on, and must not keep this reactor busy.
        watch_.reset();
        retry_->expire_after(kRetry);
        return;
    }
    if (!is_peer_of_this_user(asking.get())) return;
    std::vector<int> numbers;
    for (const Listener& listener : listeners_) numbers.push_back(listener.descriptor());
    send_descriptors(asking.get(), numbers);
}

void ListenerGroup::close() {
    retry_.reset();
    watch_.reset();
    name_.reset();
    listeners_.clear();
}

}  // namespace turnpike::net
