#include "control-plane/api/server.hpp"

#include <arpa/inet.h>
#include <pistache/listener.h>
#include <pistache/peer.h>
#include <pistache/transport.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <mutex>
#include <optional>

#include "control-plane/api/connection.hpp"
#include "control-plane/api/late_calls.hpp"
#include "control-plane/api/limits.hpp"
#include "control-plane/api/tls.hpp"

namespace turnpike::api {
namespace {

namespace tcp = Pistache::Tcp;
namespace polling = Pistache::Polling;

constexpr const char* kConnection = "connection";
constexpr Milliseconds kSweepInterval{500};

/// What all connections of one server share. Thread: any.
struct Shared {
    RequestHandler& handler;
    std::optional<TlsContext> tls{};  ///< Set before the first connection.
    BodyBudget bodies{limits::kBodiesBytesMax};
    std::atomic<std::size_t> connections{0};
    LateCalls late{limits::kLateCallsMax};
};

/// Answers that other threads made for clients of one transport. Thread: any.
class Mailbox {
public:
    struct Letter {
        std::weak_ptr<tcp::Peer> peer;
        Answer answer;
    };
    Mailbox() : bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
    ~Mailbox() { ::close(bell_); }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    /// Readable when there are letters.
    int bell() const { return bell_; }
    void put(Letter letter) {
        {
            const std::lock_guard lock(mutex_);
            letters_.push_back(std::move(letter));
        }
        const std::uint64_t one = 1;
        static_cast<void>(!::write(bell_, &one, sizeof one));
    }
    std::vector<Letter> take() {
        std::uint64_t rung = 0;
        static_cast<void>(!::read(bell_, &rung, sizeof rung));
        const std::lock_guard lock(mutex_);
        return std::exchange(letters_, {});
    }

private:
    int bell_;
    std::mutex mutex_;
    std::vector<Letter> letters_;
};

/// One client: what it sends, and what it is to be sent. Thread: its transport's.
class Client {
public:
    Client(Shared& shared, SteadyTime now, std::string source_address)
        : shared_(shared),
          connection_(shared.handler, shared.bodies, now, std::move(source_address)) {
        if (shared.tls) tls_.emplace(*shared.tls);
        ++shared_.connections;
    }
    ~Client() { --shared_.connections; }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    std::string receive(std::string_view input, SteadyTime now) {
        if (!tls_) return connection_.receive(input, now);
        const std::string text = tls_->receive(input);
        return say(connection_.receive(text, now));
    }
    std::function<Answer()> take_later() { return connection_.take_later(); }
    std::string answer(const Answer& late, SteadyTime now) {
        return say(connection_.answer(late, now));
    }
    std::string time_out() { return say(connection_.time_out()); }
    bool is_ending() const { return connection_.is_ending() || (tls_ && tls_->is_broken()); }
    SteadyTime deadline() const { return connection_.deadline(); }

    bool is_ended = false;  ///< Our sending side is.

private:
    std::string say(std::string answers) {
        if (!tls_) return answers;
        tls_->send(answers);
        if (connection_.is_ending()) tls_->end();
        return tls_->take_output();
    }

    Shared& shared_;
    Connection connection_;
    std::optional<TlsSession> tls_;
};

bool wait_until_writable(int fd, SteadyTime deadline) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - steady_now()).count();
    pollfd waited{.fd = fd, .events = POLLOUT, .revents = 0};
    return left > 0 && ::poll(&waited, 1, static_cast<int>(left)) == 1;
}

/// Sends here and now: the library's write queue is keyed by file descriptor, so an answer that
/// waits in it could reach the next client that gets the descriptor.
bool send_all(int fd, std::string_view bytes, Milliseconds patience) {
    const SteadyTime deadline = steady_now() + patience;
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            if (!wait_until_writable(fd, deadline)) return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

std::shared_ptr<Client> client_of(const tcp::Peer& peer) {
    return std::static_pointer_cast<Client>(peer.tryGetData(kConnection));
}

/// Receives for the peers of one transport; the library clones one for each thread.
class Receiver final : public tcp::Handler {
public:
    explicit Receiver(Shared& shared) : shared_(shared) {}

    std::shared_ptr<tcp::Handler> clone() const override {
        return std::make_shared<Receiver>(shared_);
    }

    void onConnection(const std::shared_ptr<tcp::Peer>& peer) override {
        if (shared_.connections >= limits::kConnectionsMax) {
            ::shutdown(peer->fd(), SHUT_RDWR);
            return;
        }
        peer->putData(kConnection,
                      std::make_shared<Client>(shared_, steady_now(), peer->address().host()));
    }

    void onInput(const char* buffer, size_t len, const std::shared_ptr<tcp::Peer>& peer) override {
        const std::shared_ptr<Client> client = client_of(*peer);
        if (client == nullptr || client->is_ended) return;
        send(*client, client->receive({buffer, len}, steady_now()), peer);
    }

    Mailbox& mailbox() { return *mailbox_; }
    /// Gives the letters to their clients.
    void deliver() {
        for (const Mailbox::Letter& letter : mailbox_->take()) {
            const std::shared_ptr<tcp::Peer> peer = letter.peer.lock();
            const std::shared_ptr<Client> client = peer ? client_of(*peer) : nullptr;
            if (client == nullptr || client->is_ended) continue;
            send(*client, client->answer(letter.answer, steady_now()), peer);
        }
    }

private:
    void send(Client& client, std::string_view output, const std::shared_ptr<tcp::Peer>& peer) {
        const bool is_sent = send_all(peer->fd(), output, limits::kWriteTimeout);
        if (is_sent && !client.is_ending()) return start_late(client, peer);
        client.is_ended = true;
        // The client sees the end; its own end, or the sweep, removes the peer. Removing it here
        // would pull it from under the library, which is still reading from it.
        ::shutdown(peer->fd(), is_sent ? SHUT_WR : SHUT_RDWR);
    }

    void start_late(Client& client, const std::shared_ptr<tcp::Peer>& peer) {
        std::function<Answer()> later = client.take_later();
        if (!later) return;
        const std::weak_ptr<tcp::Peer> waiting = peer;
        const bool is_started =
            shared_.late.start([mailbox = mailbox_, waiting, work = std::move(later)] {
                mailbox->put({waiting, work()});
            });
        if (!is_started) mailbox_->put({waiting, encode(service_unavailable())});
    }

    Shared& shared_;
    std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
};

/// The library's transport, plus a timer that cuts connections whose deadline has passed. Thread:
/// its own.
class SweepingTransport final : public tcp::Transport {
public:
    explicit SweepingTransport(const std::shared_ptr<Receiver>& receiver)
        : tcp::Transport(receiver), receiver_(receiver) {}
    ~SweepingTransport() override {
        if (timer_ >= 0) ::close(timer_);
    }

    void registerPoller(polling::Epoll& poller) override {
        tcp::Transport::registerPoller(poller);
        timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        const timespec interval{.tv_sec = 0, .tv_nsec = kSweepInterval.count() * 1'000'000};
        const itimerspec every{.it_interval = interval, .it_value = interval};
        ::timerfd_settime(timer_, 0, &every, nullptr);
        const Pistache::Flags<polling::NotifyOn> readable(polling::NotifyOn::Read);
        poller.addFd(timer_, readable, tag_of(timer_));
        poller.addFd(receiver_->mailbox().bell(), readable, tag_of(receiver_->mailbox().bell()));
    }

    void onReady(const Pistache::Aio::FdSet& fds) override {
        // First the events: a peer that is removed must not appear in them any more.
        tcp::Transport::onReady(fds);
        for (const auto& entry : fds) {
            if (entry.getTag() == tag_of(receiver_->mailbox().bell())) receiver_->deliver();
        }
        for (const auto& entry : fds) {
            if (entry.getTag() == tag_of(timer_)) return sweep();
        }
    }

    std::shared_ptr<Pistache::Aio::Handler> clone() const override {
        return std::make_shared<SweepingTransport>(
            std::static_pointer_cast<Receiver>(receiver_->clone()));
    }

private:
    static polling::Tag tag_of(int fd) { return polling::Tag(static_cast<std::uint64_t>(fd)); }

    void sweep() {
        std::uint64_t ticks = 0;
        if (::read(timer_, &ticks, sizeof ticks) < 0) return;
        const SteadyTime now = steady_now();
        std::vector<std::shared_ptr<tcp::Peer>> late;
        for (const auto& [fd, peer] : peers) {
            const std::shared_ptr<Client> client = client_of(*peer);
            if (client == nullptr || client->deadline() <= now) late.push_back(peer);
        }
        for (const std::shared_ptr<tcp::Peer>& peer : late) cut(peer);
    }

    void cut(const std::shared_ptr<tcp::Peer>& peer) {
        if (const std::shared_ptr<Client> client = client_of(*peer); client && !client->is_ended) {
            static_cast<void>(send_all(peer->fd(), client->time_out(), Milliseconds{0}));
        }
        ::shutdown(peer->fd(), SHUT_WR);
        removePeer(peer);
    }

    std::shared_ptr<Receiver> receiver_;
    int timer_ = -1;
};

bool is_loopback(const std::string& host) {
    in_addr v4{};
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
    in6_addr v6{};
    return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

struct Server::Parts {
    Options options;
    Shared shared;
    tcp::Listener listener;
    bool is_running = false;
};

Server::Server(Options options, RequestHandler& handler)
    : parts_(new Parts{std::move(options), {handler}, {}}) {}

Server::~Server() { stop(); }

Result<void> Server::start() {
    const Options& options = parts_->options;
    const bool uses_tls = !options.certificate_file.empty();
    if (!uses_tls && !is_loopback(options.host)) {
        return invalid("the management API listens on " + options.host +
                       ", which is not a loopback address: a certificate and key are needed");
    }
    if (uses_tls) {
        auto tls = TlsContext::load(options.certificate_file, options.key_file);
        if (!tls) return std::move(tls).error();
        parts_->shared.tls = *std::move(tls);
    }
    try {
        tcp::Listener& listener = parts_->listener;
        const auto receiver = std::make_shared<Receiver>(parts_->shared);
        listener.init(options.threads,
                      Pistache::Flags<tcp::Options>(tcp::Options::ReuseAddr) |
                          tcp::Options::NoDelay | tcp::Options::CloseOnExec,
                      "admin");
        listener.setTransportFactory(
            [receiver] { return std::make_shared<SweepingTransport>(receiver); });
        listener.setHandler(receiver);
        const bool is_v6 = options.host.find(':') != std::string::npos;
        const std::string host = is_v6 ? '[' + options.host + ']' : options.host;
        listener.bind(Pistache::Address(host, Pistache::Port(options.port)));
        listener.runThreaded();
        parts_->is_running = true;
    } catch (const std::exception& failure) {
        return unavailable("the management API cannot listen on " + options.host + " port " +
                           std::to_string(options.port) + ": " + failure.what());
    }
    return {};
}

void Server::stop() {
    if (!std::exchange(parts_->is_running, false)) return;
    parts_->shared.late.wait();
    parts_->listener.shutdown();
}

std::uint16_t Server::port() const {
    return static_cast<std::uint16_t>(parts_->listener.getPort());
}

}  // namespace turnpike::api
