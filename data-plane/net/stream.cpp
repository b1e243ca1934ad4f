#include "data-plane/net/stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "data-plane/worker/socket_calls.hpp"

namespace turnpike::net {
namespace {

IoResult failed_io(int error) {
    const bool would_block = error == EAGAIN || error == EWOULDBLOCK;
    return {0, would_block ? IoStatus::WouldBlock : IoStatus::Failed};
}

IoStatus to_io_status(tls::Session::Status status) {
    switch (status) {
        case tls::Session::Status::Done:
            return IoStatus::Done;
        case tls::Session::Status::WantRead:
        case tls::Session::Status::WantWrite:
            return IoStatus::WouldBlock;
        case tls::Session::Status::Closed:
            return IoStatus::Closed;
        case tls::Session::Status::Failed:
            break;
    }
    return IoStatus::Failed;
}

std::string describe_errno(int error) { return std::generic_category().message(error); }

/// Leaves of `first` and `second`, taken as one text, what follows `bytes`.
void skip(std::string_view& first, std::string_view& second, std::size_t bytes) {
    const std::size_t of_first = std::min(bytes, first.size());
    first.remove_prefix(of_first);
    second.remove_prefix(bytes - of_first);
}

}  // namespace

Stream::Stream(worker::Reactor& reactor, int descriptor, worker::Socket::State state)
    : socket_(reactor, descriptor, state), timer_(reactor, [this] { on_timer(); }) {}

Stream::~Stream() = default;

void Stream::secure_accepted(const tls::ServerContext& context) {
    tls_ = tls::Session::accept(context, socket_);
}

void Stream::secure_towards(const tls::ClientContext& context, const std::string& server_name,
                            tls::Verification verification) {
    tls_ = tls::Session::connect(context, socket_, server_name, verification);
}

IoResult Stream::try_read(std::span<char> space) {
    if (aborted_) return {0, IoStatus::Aborted};
    if (!maybe_readable()) return {0, IoStatus::WouldBlock};
    if (!tls_) return read_plain(space);
    const auto outcome = tls_->read(space);
    return {outcome.bytes, to_io_status(outcome.status)};
}

IoResult Stream::read_plain(std::span<char> space) {
    for (;;) {
        const ssize_t count = worker::receive(socket_.descriptor(), space.data(), space.size());
        if (count > 0) {
            const auto bytes = static_cast<std::size_t>(count);
            if (bytes < space.size()) socket_.drained();
            return {bytes, IoStatus::Done};
        }
        if (count == 0) return {0, IoStatus::Closed};
        if (errno == EINTR) continue;
        if (errno == EAGAIN) socket_.found_empty();
        return failed_io(errno);
    }
}

IoResult Stream::try_write(std::string_view bytes) { return try_write(bytes, {}); }

IoResult Stream::try_write(std::string_view first, std::string_view second) {
    if (aborted_) return {0, IoStatus::Aborted};
    if (!tls_) return write_plain(first, second);
    const IoResult head = write_tls(first);
    if (head.status != IoStatus::Done || head.bytes < first.size()) return head;
    const IoResult tail = write_tls(second);
    const bool nothing_more = tail.status == IoStatus::WouldBlock && head.bytes > 0;
    return {head.bytes + tail.bytes, nothing_more ? IoStatus::Done : tail.status};
}

IoResult Stream::write_plain(std::string_view first, std::string_view second) {
    if (!socket_.maybe_writable()) return {0, IoStatus::WouldBlock};
    for (;;) {
        ssize_t count;
        if (second.empty()) {
            count = worker::transmit(socket_.descriptor(), first.data(), first.size());
        } else {
            std::array<iovec, 2> parts{iovec{const_cast<char*>(first.data()), first.size()},
                                       iovec{const_cast<char*>(second.data()), second.size()}};
            msghdr message{};
            message.msg_iov = parts.data();
            message.msg_iovlen = parts.size();
            count = worker::transmit(socket_.descriptor(), message);
        }
        if (count >= 0)
            return written(static_cast<std::size_t>(count), first.size() + second.size());
        if (errno != EINTR) return failed_write(errno);
    }
}

Stream::WriteAtEnd::WriteAtEnd(Stream& stream, std::string_view first, std::string_view second)
    : stream_(stream),
      outgoing_{.descriptor = stream.descriptor(), .first = first, .second = second} {}

Stream::WriteAtEnd::~WriteAtEnd() {
    if (!outgoing_.waiter) return;
    if (is_sent_by_loop_) {
        stream_.reactor().forget(outgoing_);
    } else {
        stream_.reactor().forget(outgoing_.waiter);
    }
}

void Stream::WriteAtEnd::await_suspend(std::coroutine_handle<> waiter) {
    outgoing_.waiter = waiter;
    const bool has_bytes = !outgoing_.first.empty() || !outgoing_.second.empty();
    is_sent_by_loop_ =
        has_bytes && !stream_.tls_ && !stream_.aborted_ && stream_.socket_.maybe_writable();
    if (is_sent_by_loop_) {
        stream_.reactor().send(outgoing_);
    } else {
        stream_.reactor().defer(waiter, worker::Reactor::Lane::Sends);
    }
}

IoResult Stream::WriteAtEnd::await_resume() {
    outgoing_.waiter = {};
    if (!is_sent_by_loop_) return stream_.try_write(outgoing_.first, outgoing_.second);
    if (outgoing_.outcome < 0) return stream_.failed_write(static_cast<int>(-outgoing_.outcome));
    return stream_.written(static_cast<std::size_t>(outgoing_.outcome),
                           outgoing_.first.size() + outgoing_.second.size());
}

IoResult Stream::written(std::size_t bytes, std::size_t wanted) {
    if (bytes < wanted) socket_.filled();
    return {bytes, IoStatus::Done};
}

IoResult Stream::failed_write(int error) {
    if (error == EAGAIN) socket_.filled();
    return failed_io(error);
}

IoResult Stream::write_tls(std::string_view bytes) {
    IoResult written;
    while (written.bytes < bytes.size()) {
        const auto outcome = tls_->write(bytes.substr(written.bytes));
        if (outcome.status != tls::Session::Status::Done) {
            const IoStatus status = to_io_status(outcome.status);
            const bool nothing_more = status == IoStatus::WouldBlock && written.bytes > 0;
            return {written.bytes, nothing_more ? IoStatus::Done : status};
        }
        written.bytes += outcome.bytes;
    }
    return written;
}

worker::MaybeTask<IoResult> Stream::read_some(std::span<char> space, SteadyTime deadline) {
    if (!budget_.spend(reactor())) return read_later(space, deadline);
    const IoResult outcome = try_read(space);
    if (outcome.status != IoStatus::WouldBlock) return outcome;
    return read_slowly(space, deadline);
}

worker::Task<IoResult> Stream::read_later(std::span<char> space, SteadyTime deadline) {
    co_await worker::Yield(reactor());
    const IoResult outcome = try_read(space);
    if (outcome.status != IoStatus::WouldBlock) co_return outcome;
    co_return co_await read_slowly(space, deadline);
}

worker::Task<IoResult> Stream::read_slowly(std::span<char> space, SteadyTime deadline) {
    for (;;) {
        begin_wait(read_, deadline);
        co_await socket_.readable();
        const IoStatus status = end_wait(read_);
        if (status != IoStatus::Done) co_return IoResult{0, status};
        const IoResult outcome = try_read(space);
        if (outcome.status != IoStatus::WouldBlock) co_return outcome;
    }
}

worker::MaybeTask<IoStatus> Stream::write_all(std::string_view bytes, Milliseconds stall) {
    return write_all(bytes, {}, stall);
}

worker::MaybeTask<IoStatus> Stream::write_all(std::string_view first, std::string_view second,
                                              Milliseconds stall) {
    const IoResult outcome = try_write(first, second);
    if (outcome.status != IoStatus::Done && outcome.status != IoStatus::WouldBlock) {
        return outcome.status;
    }
    skip(first, second, outcome.bytes);
    const bool is_written = first.empty() && second.empty();
    if (is_written && budget_.spend(reactor())) return IoStatus::Done;
    return write_slowly(first, second, stall);
}

worker::Task<IoStatus> Stream::write_slowly(std::string_view first, std::string_view second,
                                            Milliseconds stall) {
    if (first.empty() && second.empty()) co_await worker::Yield(reactor());
    while (!first.empty() || !second.empty()) {
        begin_wait(write_, reactor().now() + stall);
        co_await socket_.writable();
        const IoStatus status = end_wait(write_);
        if (status != IoStatus::Done) co_return status;
        const IoResult outcome = try_write(first, second);
        if (outcome.status == IoStatus::Done) {
            skip(first, second, outcome.bytes);
        } else if (outcome.status != IoStatus::WouldBlock) {
            co_return outcome.status;
        }
    }
    co_return IoStatus::Done;
}

void Stream::Readable::await_suspend(std::coroutine_handle<> waiter) {
    has_waited_ = true;
    stream_.begin_wait(stream_.read_, deadline_);
    stream_.socket_.readable().await_suspend(waiter);
}

IoStatus Stream::Readable::await_resume() {
    if (has_waited_) return stream_.end_wait(stream_.read_);
    return stream_.aborted_ ? IoStatus::Aborted : IoStatus::Done;
}

worker::Task<IoStatus> Stream::wait_writable(SteadyTime deadline) {
    begin_wait(write_, deadline);
    co_await socket_.writable();
    co_return end_wait(write_);
}

worker::Task<IoStatus> Stream::handshake(SteadyTime deadline) {
    for (;;) {
        const auto status = tls_->handshake();
        if (status == tls::Session::Status::Done) co_return IoStatus::Done;
        if (to_io_status(status) != IoStatus::WouldBlock) co_return IoStatus::Failed;
        const bool reads = status == tls::Session::Status::WantRead;
        Wait& wait = reads ? read_ : write_;
        begin_wait(wait, deadline);
        if (reads) {
            co_await socket_.readable();
        } else {
            co_await socket_.writable();
        }
        const IoStatus waited = end_wait(wait);
        if (waited != IoStatus::Done) co_return waited;
    }
}

void Stream::begin_wait(Wait& wait, SteadyTime deadline) {
    wait.deadline = deadline;
    wait.timed_out = false;
    arm();
}

IoStatus Stream::end_wait(Wait& wait) {
    wait.deadline = SteadyTime::max();
    arm();
    if (aborted_) return IoStatus::Aborted;
    return wait.timed_out ? IoStatus::TimedOut : IoStatus::Done;
}

void Stream::arm() {
    const SteadyTime next = std::min(read_.deadline, write_.deadline);
    if (next == SteadyTime::max()) {
        timer_.cancel();
    } else {
        timer_.expire_at(next);
    }
}

void Stream::on_timer() {
    const SteadyTime now = reactor().now();
    for (Wait* wait : {&read_, &write_}) {
        wait->timed_out = wait->deadline <= now;
        if (wait->timed_out) wait->deadline = SteadyTime::max();
    }
    arm();
    socket_.resume(read_.timed_out, write_.timed_out);
}

void Stream::shutdown_write() {
    if (tls_) tls_->close();
    ::shutdown(socket_.descriptor(), SHUT_WR);
}

void Stream::reset_on_close() {
    const linger at_once{1, 0};
    ::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool Stream::has_unread() const {
    int bytes = 0;
    return ::ioctl(socket_.descriptor(), FIONREAD, &bytes) == 0 && bytes > 0;
}

void Stream::abort() {
    aborted_ = true;
    socket_.give_up();
}

worker::Task<Result<std::unique_ptr<Stream>>> connect(worker::Reactor& reactor,
                                                      SocketAddress address,
                                                      ConnectOptions options) {
    const int descriptor =
        ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor < 0) co_return unavailable("socket: " + describe_errno(errno));
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int begun = ::connect(descriptor, address.get(), address.length());
    const int begin_error = begun == 0 ? 0 : errno;
    auto stream = std::make_unique<Stream>(reactor, descriptor, worker::Socket::State::Connecting);
    if (begun != 0 && begin_error != EINPROGRESS) {
        co_return unavailable("connect: " + describe_errno(begin_error));
    }
    const IoStatus connected = co_await stream->wait_writable(options.deadline);
    if (connected == IoStatus::TimedOut) co_return timed_out("connect: no answer");
    if (connected != IoStatus::Done) co_return unavailable("connect: given up");
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) co_return unavailable("connect: " + describe_errno(error));
    if (options.tls == nullptr) co_return std::move(stream);

    stream->secure_towards(*options.tls, std::string(options.server_name), options.verification);
    const IoStatus secured = co_await stream->handshake(options.deadline);
    if (secured == IoStatus::TimedOut) co_return timed_out("TLS handshake: no answer");
    if (secured != IoStatus::Done) {
        co_return unavailable("TLS handshake: " + stream->tls()->failure());
    }
    co_return std::move(stream);
}

}  // namespace turnpike::net
