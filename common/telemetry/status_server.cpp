#include "common/telemetry/status_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "common/base/clock.hpp"
#include "common/http/header_writer.hpp"
#include "common/http/request_head.hpp"

namespace turnpike::telemetry {
namespace {

constexpr std::size_t kClientsMax = 32;
constexpr Seconds kClientTimeMax{5};
constexpr http::HeadLimits kHeadLimits{.target_bytes_max = 1024, .header_bytes_max = 4096};
constexpr std::size_t kReadBytes = 4096;
/// When the process is out of descriptors.
constexpr Milliseconds kAcceptPause{50};

/// Owns a descriptor.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }

private:
    int number_;
};

/// An address in the form of the socket calls.
struct RawAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

std::optional<RawAddress> to_raw(const StatusServer::Address& address) {
    RawAddress raw;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&raw.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&raw.storage);
    if (inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address.port);
        raw.size = sizeof *v4;
        return raw;
    }
    if (inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr) != 1) return std::nullopt;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    raw.size = sizeof *v6;
    return raw;
}

Error cannot_listen(const StatusServer::Address& address, int error) {
    Error failed = unavailable("status server");
    failed.message = "cannot serve status on " + address.host + " port " +
                     std::to_string(address.port) + ": " + std::generic_category().message(error);
    return failed;
}

Result<Descriptor> listen_on(const StatusServer::Address& address) {
    const auto raw = to_raw(address);
    if (!raw) return cannot_listen(address, EINVAL);
    Descriptor listener(
        ::socket(raw->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (raw->storage.ss_family == AF_INET6) {
        setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    const auto* generic = reinterpret_cast<const sockaddr*>(&raw->storage);
    if (::bind(listener.get(), generic, raw->size) != 0 || ::listen(listener.get(), 128) != 0) {
        return cannot_listen(address, errno);
    }
    return listener;
}

std::uint16_t port_of(int listener) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (getsockname(listener, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
    // The port is at the same place in both families.
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

/// One connection: first reads a head, then writes an answer.
struct Client {
    Client(Descriptor its_socket, SteadyTime its_deadline)
        : socket(std::move(its_socket)), deadline(its_deadline) {}

    Descriptor socket;
    SteadyTime deadline;
    std::string received{};
    std::unique_ptr<http::RequestHead> head = std::make_unique<http::RequestHead>();
    std::string answer{};
    std::size_t sent = 0;
    bool is_over = false;

    bool is_answering() const { return !answer.empty(); }
};

std::string write_answer(const StatusAnswer& answer, bool with_body) {
    std::string text;
    http::append_status_line(text, answer.status);
    if (!http::append_field(text, "Content-Type", answer.content_type)) return {};
    http::append_content_length(text, answer.body.size());
    text += "Cache-Control: no-store\r\nConnection: close\r\n";
    if (answer.status == 405) text += "Allow: GET, HEAD\r\n";
    text += "\r\n";
    if (with_body) text += answer.body;
    return text;
}

StatusAnswer plain(int status, const char* message) {
    return {status, std::string(R"({"message":")") + message + "\"}", "application/json"};
}

}  // namespace

struct StatusServer::Parts {
    Handlers handlers;
    std::vector<Descriptor> listeners;
    Descriptor stop;
    std::vector<Client> clients;
    std::optional<SteadyTime> accepts_again;  // while accepting pauses

    void run();
    bool wait(std::vector<pollfd>& watched) const;
    void accept_clients();
    void serve(Client& client) const;
    void read_from(Client& client) const;
    void write_to(Client& client) const;
    StatusAnswer answer(const http::RequestHead& head) const;
};

Result<std::unique_ptr<StatusServer>> StatusServer::start(const std::vector<Address>& addresses,
                                                          Handlers handlers) {
    auto parts = std::make_unique<Parts>();
    parts->handlers = std::move(handlers);
    for (const Address& address : addresses) {
        auto listener = listen_on(address);
        if (!listener) return std::move(listener).error();
        parts->listeners.push_back(*std::move(listener));
    }
    parts->stop = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (parts->stop.get() < 0) return unavailable("eventfd");
    return std::unique_ptr<StatusServer>(new StatusServer(std::move(parts)));
}

StatusServer::StatusServer(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)), thread_([this] { parts_->run(); }) {}

StatusServer::~StatusServer() {
    eventfd_write(parts_->stop.get(), 1);
    thread_.join();
}

std::uint16_t StatusServer::port() const {
    return parts_->listeners.empty() ? std::uint16_t{0} : port_of(parts_->listeners.front().get());
}

void StatusServer::Parts::run() {
    std::vector<pollfd> watched;
    while (wait(watched)) {
        const SteadyTime now = steady_now();
        // Clients come last in `watched`, before any are added.
        const std::size_t first = watched.size() - clients.size();
        for (std::size_t i = 0; i < clients.size(); ++i) {
            if (watched[first + i].revents != 0) serve(clients[i]);
            if (now >= clients[i].deadline) clients[i].is_over = true;
        }
        std::erase_if(clients, [](const Client& client) { return client.is_over; });
        accept_clients();
    }
}

/// Returns: false when it is time to stop.
bool StatusServer::Parts::wait(std::vector<pollfd>& watched) const {
    watched.clear();
    watched.push_back({stop.get(), POLLIN, 0});
    if (clients.size() < kClientsMax && !accepts_again) {
        for (const Descriptor& listener : listeners) watched.push_back({listener.get(), POLLIN, 0});
    }
    SteadyTime next = accepts_again.value_or(SteadyTime::max());
    for (const Client& client : clients) {
        const short events = client.is_answering() ? POLLOUT : POLLIN;
        watched.push_back({client.socket.get(), events, 0});
        next = std::min(next, client.deadline);
    }
    int timeout_ms = -1;
    if (next != SteadyTime::max()) {
        const auto left = std::chrono::ceil<Milliseconds>(next - steady_now());
        timeout_ms = static_cast<int>(std::max<std::int64_t>(0, left.count()));
    }
    if (poll(watched.data(), watched.size(), timeout_ms) < 0 && errno != EINTR) return false;
    return watched.front().revents == 0;
}

void StatusServer::Parts::accept_clients() {
    if (accepts_again && steady_now() < *accepts_again) return;
    accepts_again.reset();
    for (const Descriptor& listener : listeners) {
        while (clients.size() < kClientsMax) {
            Descriptor socket(
                accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (socket.get() < 0) {
                const bool waits =
                    errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
                if (waits) accepts_again = steady_now() + kAcceptPause;
                break;
            }
            clients.emplace_back(std::move(socket), steady_now() + kClientTimeMax);
        }
    }
}

void StatusServer::Parts::serve(Client& client) const {
    if (!client.is_answering()) read_from(client);
    if (client.is_answering()) write_to(client);
}

void StatusServer::Parts::read_from(Client& client) const {
    char bytes[kReadBytes];
    const ssize_t size = recv(client.socket.get(), bytes, sizeof bytes, 0);
    if (size <= 0) {
        client.is_over = size == 0 || (errno != EAGAIN && errno != EINTR);
        return;
    }
    client.received.append(bytes, static_cast<std::size_t>(size));
    const http::ParseOutcome outcome = client.head->parse(client.received, kHeadLimits);
    if (outcome.needs_more()) return;
    if (outcome.refused()) {
        client.answer = write_answer(plain(400, "Bad Request"), true);
        return;
    }
    client.answer = write_answer(answer(*client.head), client.head->method() != http::Method::Head);
}

void StatusServer::Parts::write_to(Client& client) const {
    const std::string_view rest = std::string_view(client.answer).substr(client.sent);
    const ssize_t size = send(client.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0) {
        client.is_over = errno != EAGAIN && errno != EINTR;
        return;
    }
    client.sent += static_cast<std::size_t>(size);
    client.is_over = client.sent == client.answer.size();
}

StatusAnswer StatusServer::Parts::answer(const http::RequestHead& head) const {
    const std::function<StatusAnswer()>* handler = nullptr;
    if (head.path() == "/livez") handler = &handlers.live;
    if (head.path() == "/readyz") handler = &handlers.ready;
    if (head.path() == "/metrics") handler = &handlers.metrics;
    if (handler == nullptr || !*handler) return plain(404, "Not Found");
    const bool is_read = head.method() == http::Method::Get || head.method() == http::Method::Head;
    return is_read ? (*handler)() : plain(405, "Method Not Allowed");
}

}  // namespace turnpike::telemetry
