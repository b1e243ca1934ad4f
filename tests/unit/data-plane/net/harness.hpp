#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "data-plane/net/rejection.hpp"
#include "data-plane/net/server.hpp"

/// A server on a loopback port with a reactor thread of its own, and a blocking client for it.
namespace turnpike::net::test {

using namespace std::chrono_literals;

/// A blocking connection; reads end with an error after ten seconds.
class Client {
public:
    explicit Client(std::uint16_t port) {
        descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval timeout{10, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
        const auto address = SocketAddress::from_ip("127.0.0.1", port);
        REQUIRE(::connect(descriptor_, address->get(), address->length()) == 0);
    }
    ~Client() { ::close(descriptor_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    int descriptor() const { return descriptor_; }
    void end_sending() { ::shutdown(descriptor_, SHUT_WR); }

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    /// Returns: an empty text at the end, "!" on a reset or timeout.
    std::string receive(std::size_t bytes_max = 65536) {
        std::string bytes(bytes_max, '\0');
        const auto count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
        if (count < 0) return "!";
        bytes.resize(static_cast<std::size_t>(count));
        return bytes;
    }
    /// Everything up to and including `end`.
    std::string receive_until(std::string_view end) {
        for (;;) {
            const std::size_t at = held_.find(end);
            if (at != std::string::npos) return take(at + end.size());
            const std::string more = receive();
            if (more.empty() || more == "!") return take(held_.size()) + "<" + more + ">";
            held_ += more;
        }
    }
    std::string receive_bytes(std::size_t bytes) {
        while (held_.size() < bytes) {
            const std::string more = receive();
            if (more.empty() || more == "!") return take(held_.size()) + "<" + more + ">";
            held_ += more;
        }
        return take(bytes);
    }
    /// Everything up to an orderly end; a reset or timeout adds "!".
    std::string receive_all() {
        for (;;) {
            const std::string more = receive();
            held_ += more;
            if (more.empty() || more == "!") return take(held_.size());
        }
    }
    /// The next response with its body by Content-Length.
    std::string receive_response() {
        const std::string head = receive_until("\r\n\r\n");
        const std::size_t at = head.find("Content-Length: ");
        if (at == std::string::npos) return head;
        return head + receive_bytes(std::stoul(head.substr(at + 16)));
    }

private:
    std::string take(std::size_t bytes) {
        std::string taken = held_.substr(0, bytes);
        held_.erase(0, bytes);
        return taken;
    }
    int descriptor_;
    std::string held_;
};

inline std::string body_of(const std::string& response) {
    const std::size_t end = response.find("\r\n\r\n");
    return end == std::string::npos ? "" : response.substr(end + 4);
}
inline bool has_line(const std::string& response, std::string_view line) {
    return response.find("\r\n" + std::string(line) + "\r\n") < response.find("\r\n\r\n");
}

/// The handler is a function; what it captures must outlive the server.
class FunctionHandler final : public Handler {
public:
    using Function = std::function<worker::Task<>(Request&, ResponseWriter&)>;
    explicit FunctionHandler(Function function) : function_(std::move(function)) {}
    worker::Task<> handle(Request& request, ResponseWriter& writer) override {
        return function_(request, writer);
    }

private:
    Function function_;
};

class TestServer {
public:
    explicit TestServer(FunctionHandler::Function function, Limits limits = {},
                        std::shared_ptr<const tls::ServerContext> tls = nullptr)
        : handler_(std::move(function)) {
        auto listener = Listener::bind(*SocketAddress::from_ip("127.0.0.1", 0));
        REQUIRE(listener);
        port_ = listener->address().port();
        server_ = std::make_unique<Server>(reactor_, buffers_, handler_, limits);
        server_->listen(*std::move(listener), std::move(tls));
        thread_ = std::thread([this] { reactor_.run(); });
    }
    ~TestServer() {
        on_reactor([this] { server_.reset(); });
        reactor_.stop();
        thread_.join();
    }

    std::uint16_t port() const { return port_; }
    worker::Reactor& reactor() { return reactor_; }
    Server& server() { return *server_; }

    /// Runs `work` on the reactor and waits for its end.
    void on_reactor(const std::function<void()>& work) {
        std::promise<void> done;
        reactor_.post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    std::size_t connection_count() {
        std::size_t count = 0;
        on_reactor([&] { count = server_->connection_count(); });
        return count;
    }
    /// Waits until the server has noticed that its clients are gone.
    bool has_no_connections() {
        for (int i = 0; i < 1000; ++i) {
            if (connection_count() == 0) return true;
            ::poll(nullptr, 0, 5);
        }
        return false;
    }

private:
    worker::Reactor reactor_;
    BufferPool buffers_;
    FunctionHandler handler_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

/// Answers 200 with the method, the target and the body.
inline worker::Task<> echo(Request& request, ResponseWriter& writer) {
    const BodyPiece body = co_await request.body.read_all();
    if (body.status != BodyPiece::Status::Data && body.status != BodyPiece::Status::End) {
        const Limits limits;
        co_await reject(writer, body.status, limits);
        co_return;
    }
    std::string text(request.head.method_text());
    text.append(" ").append(request.head.target()).append(" ").append(body.bytes);
    const ResponseHead head{.status = 200, .reason = {}, .fields = {}};
    co_await writer.send(head, text);
}

inline const std::string kHost = "Host: a.example\r\n";

/// All that a server which echoes answers, until it ends the connection.
inline std::string answer_to(const std::string& bytes, const Limits& limits = {}) {
    TestServer server(echo, limits);
    Client client(server.port());
    client.send(bytes);
    return client.receive_all();
}

/// Answers 200 at once, whatever the body.
inline worker::Task<> ignore_body(Request&, ResponseWriter& writer) {
    const ResponseHead head{.status = 200, .reason = {}, .fields = {}};
    co_await writer.send(head, "ok");
}

}  // namespace turnpike::net::test
