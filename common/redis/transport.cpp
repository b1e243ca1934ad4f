#include "common/redis/transport.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "common/base/assert.hpp"

namespace turnpike::redis {
namespace {

std::string text_of(int error) { return std::error_code(error, std::generic_category()).message(); }

/// Returns: nothing if the path is too long for one.
std::vector<SocketAddress> unix_address(const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof(address.sun_path)) return {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    SocketAddress made;
    std::memcpy(&made.storage, &address, sizeof(address));
    made.size = sizeof(address);
    return {made};
}

}  // namespace

Transport::Transport(const Surroundings& surroundings, Address address, Owner& owner)
    : surroundings_(surroundings), address_(std::move(address)), owner_(owner) {}

Transport::~Transport() { close(); }

void Transport::connect() {
    if (address_.transport == Address::Transport::Unix) {
        problem_ = "the path of the socket is too long";
        return connect_to(unix_address(address_.path));
    }
    std::vector<SocketAddress> known = NameLookup::read(address_.host, address_.port);
    if (!known.empty()) return connect_to(std::move(known));
    surroundings_.names.look_up(
        address_.host, address_.port,
        [this, there = std::weak_ptr(alive_)](const std::string& problem,
                                              std::vector<SocketAddress> addresses) {
            if (there.expired()) return;
            problem_ = problem;
            connect_to(std::move(addresses));
        });
}

void Transport::connect_to(std::vector<SocketAddress> addresses) {
    addresses_ = std::move(addresses);
    std::ranges::reverse(addresses_);
    if (!try_next()) not_connected();
}

/// Tries one address after the other. Returns: false if there is none left.
bool Transport::try_next() {
    while (!addresses_.empty()) {
        const SocketAddress address = addresses_.back();
        addresses_.pop_back();
        descriptor_ =
            ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (descriptor_ < 0) {
            problem_ = text_of(errno);
            continue;
        }
        const auto* const where = reinterpret_cast<const sockaddr*>(&address.storage);
        if (::connect(descriptor_, where, address.size) == 0 || errno == EINPROGRESS) {
            state_ = State::Connecting;
            asks_for_room_ = true;
            watch_ = surroundings_.loop.make_watch(
                descriptor_,
                [this](bool readable, bool writable) { on_event(readable, writable); });
            return true;
        }
        problem_ = text_of(errno);
        drop_socket();
    }
    return false;
}

void Transport::not_connected() {
    drop_socket();
    surroundings_.loop.soon([this, there = std::weak_ptr(alive_)] {
        if (!there.expired()) owner_.on_not_connected(problem_);
    });
}

void Transport::on_event(bool readable, bool writable) {
    if (state_ == State::Connecting) {
        if (writable) connected_or_next();
        return;
    }
    if (state_ == State::ShakingHands) return shake_hands();
    // TLS may need room to read, and something to read before it can write.
    const bool tells_room = writable && asks_for_room_;
    if (!readable && !secure_) {
        if (tells_room) owner_.on_writable();
        return;
    }
    const std::weak_ptr<char> there = alive_;
    owner_.on_readable();
    if (tells_room && !there.expired() && state_ == State::Connected) owner_.on_writable();
}

void Transport::connected_or_next() {
    int error = 0;
    socklen_t size = sizeof(error);
    if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) {
        problem_ = text_of(error);
        drop_socket();
        if (!try_next()) not_connected();
        return;
    }
    addresses_.clear();
    problem_.clear();
    if (address_.transport != Address::Transport::Unix) {
        const int on = 1;
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (address_.transport == Address::Transport::Tls) {
        TURNPIKE_ASSERT(surroundings_.trusted != nullptr);
        state_ = State::ShakingHands;
        secure_.emplace(*surroundings_.trusted, descriptor_, address_.host);
        return shake_hands();
    }
    state_ = State::Connected;
    asks_for_room_ = false;
    watch_->ask_for_room(false);
    owner_.on_connected();
}

void Transport::shake_hands() {
    const SecureStream::Step step = secure_->shake_hands();
    if (step == SecureStream::Step::Failed) {
        problem_ = "TLS: " + secure_->problem();
        return not_connected();
    }
    asks_for_room_ = step == SecureStream::Step::WantsWrite;
    watch_->ask_for_room(asks_for_room_);
    if (step != SecureStream::Step::Done) return;
    state_ = State::Connected;
    owner_.on_connected();
}

std::optional<std::size_t> Transport::read(char* into, std::size_t size) {
    if (state_ != State::Connected) return 0;
    if (secure_) {
        std::size_t bytes = 0;
        const SecureStream::Step step = secure_->read(into, size, bytes);
        if (step == SecureStream::Step::Done) return bytes;
        if (step != SecureStream::Step::Failed) return 0;
        if (problem_.empty()) problem_ = "read: " + secure_->problem();
        return std::nullopt;
    }
    const ssize_t count = ::recv(descriptor_, into, size, 0);
    if (count > 0) return static_cast<std::size_t>(count);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (problem_.empty()) problem_ = "read: " + (count == 0 ? "End of file" : text_of(errno));
    return std::nullopt;
}

std::size_t Transport::write(std::string_view from) {
    if (state_ != State::Connected || from.empty() || !problem_.empty()) return 0;
    std::size_t taken = 0;
    bool needs_room = true;
    if (secure_) {
        const SecureStream::Step step = secure_->write(from, taken);
        if (step == SecureStream::Step::Failed) return write_failed(secure_->problem());
        if (step != SecureStream::Step::Done) taken = 0;
        needs_room = step != SecureStream::Step::WantsRead;
    } else {
        const ssize_t count = ::send(descriptor_, from.data(), from.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN && errno != EINTR) return write_failed(text_of(errno));
        taken = count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    const bool asks = needs_room && taken < from.size();
    if (asks != asks_for_room_) watch_->ask_for_room(asks);
    asks_for_room_ = asks;
    return taken;
}

/// The loop tells of the end that this makes.
std::size_t Transport::write_failed(const std::string& reason) {
    problem_ = "write: " + reason;
    ::shutdown(descriptor_, SHUT_RDWR);
    return 0;
}

void Transport::drop_socket() {
    watch_.reset();
    secure_.reset();
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
    state_ = State::Idle;
}

void Transport::close() {
    alive_.reset();
    addresses_.clear();
    drop_socket();
}

}  // namespace turnpike::redis
