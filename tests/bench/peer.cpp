// The two peers of the benchmarks, each one thread on plain epoll:
//   turnpike-bench-peer floor <listen port> <upstream port>   copies bytes between client and
//   upstream turnpike-bench-peer responder <listen port> <body bytes>  answers every request head
//   with 200
// The floor is the least a proxy can do: no parsing, one recv and one send each way. Both trust
// their input; they serve the benchmarks on loopback only.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/sockets.hpp"

namespace {

using namespace turnpike::bench;

constexpr std::size_t kBufferBytes = 64U * 1024U;

/// Epoll loop over descriptors below a bound; `on_readable` returns false to close.
class Loop {
public:
    Loop() : epoll_(epoll_create1(0)) {}

    void add(int descriptor) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = descriptor;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    }

    template <typename Accept, typename Readable>
    void run(int listener, Accept on_accept, Readable on_readable) {
        add(listener);
        std::array<epoll_event, 256> events{};
        while (true) {
            const int count =
                epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < count; ++i) {
                const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
                if (descriptor == listener) {
                    const int client = accept(listener, nullptr, nullptr);
                    if (client >= 0) on_accept(client);
                } else {
                    on_readable(descriptor);
                }
            }
        }
    }

private:
    int epoll_;
};

void send_all(int descriptor, const char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t sent = send(descriptor, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
}

void run_floor(int port, int upstream_port) {
    Loop loop;
    std::vector<int> other(65536, -1);
    std::vector<char> buffer(kBufferBytes);
    loop.run(
        listen_on(port),
        [&](int client) {
            const int upstream = connect_to(upstream_port);
            no_delay(client);
            other[static_cast<std::size_t>(client)] = upstream;
            other[static_cast<std::size_t>(upstream)] = client;
            loop.add(client);
            loop.add(upstream);
        },
        [&](int descriptor) {
            const int peer = other[static_cast<std::size_t>(descriptor)];
            if (peer < 0) return;
            const ssize_t got = recv(descriptor, buffer.data(), buffer.size(), 0);
            if (got > 0) {
                send_all(peer, buffer.data(), static_cast<std::size_t>(got));
                return;
            }
            other[static_cast<std::size_t>(descriptor)] = -1;
            other[static_cast<std::size_t>(peer)] = -1;
            close(descriptor);
            close(peer);
        });
}

void run_responder(int port, std::size_t body_bytes) {
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body_bytes) + "\r\n\r\n" + std::string(body_bytes, 'x');
    Loop loop;
    std::vector<char> buffer(kBufferBytes);
    loop.run(
        listen_on(port),
        [&](int client) {
            no_delay(client);
            loop.add(client);
        },
        [&](int client) {
            const ssize_t got = recv(client, buffer.data(), buffer.size(), 0);
            if (got <= 0) {
                close(client);
                return;
            }
            std::string_view text(buffer.data(), static_cast<std::size_t>(got));
            while (true) {
                const std::size_t end = text.find("\r\n\r\n");
                if (end == std::string_view::npos) return;
                send_all(client, answer.data(), answer.size());
                text.remove_prefix(end + 4);
            }
        });
}

}  // namespace

int main(int count, char** arguments) {
    std::signal(SIGPIPE, SIG_IGN);
    const std::string_view mode = count == 4 ? arguments[1] : "";
    if (mode == "floor") {
        run_floor(std::atoi(arguments[2]), std::atoi(arguments[3]));
    } else if (mode == "responder") {
        run_responder(std::atoi(arguments[2]), static_cast<std::size_t>(std::atoi(arguments[3])));
    }
    std::fprintf(stderr, "usage: turnpike-bench-peer floor PORT UPSTREAM | responder PORT BYTES\n");
    return 2;
}
