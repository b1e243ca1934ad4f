// Load and a back end that keep time, each one thread on epoll, on loopback:
//   turnpike-bench-paced load PORT CONNECTIONS PAUSE_US SECONDS <request
//     asks it again and again over each connection, which rests PAUSE_US between two on average;
//     prints "status count p99_us" for each status, 0 for what broke
//   turnpike-bench-paced backend PORT DELAY_US
//     answers each request that late; when its input ends, prints when each came, in seconds of the
//     monotonic clock
// Both trust their input. Requests have no body; what Python needs for one takes either a tenth of
// that.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/sockets.hpp"

namespace {

using namespace turnpike::bench;

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using Duration = std::chrono::microseconds;

/// For answers that are under way when the time is over.
constexpr std::chrono::seconds kPatience{10};

/// What is ready, and what is due.
class Loop {
public:
    Loop() : epoll_(epoll_create1(0)) {}

    void add(int descriptor) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = descriptor;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    }
    void at(Time when, int descriptor) { due_.emplace(when, descriptor); }

    /// Once around. `on_due` and `on_readable` get a descriptor.
    template <typename Due, typename Readable>
    void turn(Due on_due, Readable on_readable) {
        timespec rest{0, 10'000'000};
        if (!due_.empty()) {
            const auto left = std::clamp(due_.top().first - Clock::now(), Clock::duration{0},
                                         Clock::duration{std::chrono::milliseconds(10)});
            rest.tv_nsec = std::chrono::nanoseconds(left).count();
        }
        std::array<epoll_event, 256> events{};
        const int count =
            epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &rest, nullptr);
        for (int i = 0; i < count; ++i) on_readable(events[static_cast<std::size_t>(i)].data.fd);
        for (const Time now = Clock::now(); !due_.empty() && due_.top().first <= now;) {
            const int descriptor = due_.top().second;
            due_.pop();
            on_due(descriptor);
        }
    }

private:
    using Item = std::pair<Time, int>;
    int epoll_;
    std::priority_queue<Item, std::vector<Item>, std::greater<>> due_;
};

/// The status of the answer that `text` begins with, if it is whole.
std::optional<int> whole_answer(std::string_view text) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    std::string head(text.substr(0, end));
    std::transform(head.begin(), head.end(), head.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::string_view kLength = "content-length: ";
    const std::size_t at = head.find(kLength);
    const std::size_t body =
        at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + kLength.size(), nullptr, 10);
    if (text.size() < end + 4 + body) return std::nullopt;
    return std::atoi(head.c_str() + std::string_view("HTTP/1.1 ").size());
}

struct Caller {
    std::string received;
    Time asked;
};

int run_load(int port, int connections, Duration pause, std::chrono::seconds seconds) {
    const std::string request{std::istreambuf_iterator<char>(std::cin), {}};
    Loop loop;
    std::vector<Caller> callers(65536);
    std::map<int, std::vector<Duration>> answers;
    int under_way = 0;
    std::mt19937 draw(1);
    const auto rest = [&](Duration most) {
        return Duration(std::uniform_int_distribution<Duration::rep>(0, most.count())(draw));
    };
    const Time end = Clock::now() + seconds;
    for (int i = 0; i < connections; ++i) {
        const int descriptor = connect_to(port);
        loop.add(descriptor);
        loop.at(Clock::now() + rest(pause), descriptor);
    }
    const auto ask = [&](int descriptor) {
        if (Clock::now() >= end) return;
        Caller& caller = callers[static_cast<std::size_t>(descriptor)];
        caller.asked = Clock::now();
        ++under_way;
        if (send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
    };
    const auto receive = [&](int descriptor) {
        Caller& caller = callers[static_cast<std::size_t>(descriptor)];
        std::array<char, 65536> piece;
        const ssize_t got = recv(descriptor, piece.data(), piece.size(), 0);
        if (got > 0) caller.received.append(piece.data(), static_cast<std::size_t>(got));
        const auto status = got > 0 ? whole_answer(caller.received) : 0;
        if (!status) return;
        const Time now = Clock::now();
        answers[*status].push_back(std::chrono::duration_cast<Duration>(now - caller.asked));
        caller.received.clear();
        --under_way;
        if (got > 0) {
            loop.at(now + rest(2 * pause), descriptor);
        } else {
            close(descriptor);
        }
    };
    while (Clock::now() < end || (under_way > 0 && Clock::now() < end + kPatience)) {
        loop.turn(ask, receive);
    }
    for (auto& [status, took] : answers) {
        std::sort(took.begin(), took.end());
        std::printf("%d %zu %lld\n", status, took.size(),
                    static_cast<long long>(took[took.size() * 99 / 100].count()));
    }
    return 0;
}

int run_backend(int port, Duration delay) {
    const int listener = listen_on(port);
    constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    std::vector<Time> arrivals;
    Loop loop;
    loop.add(listener);
    loop.add(STDIN_FILENO);
    bool is_ending = false;
    while (!is_ending) {
        loop.turn([&](int caller) { send(caller, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL); },
                  [&](int descriptor) {
                      std::array<char, 65536> piece;
                      if (descriptor == listener) {
                          const int caller = accept(listener, nullptr, nullptr);
                          no_delay(caller);
                          loop.add(caller);
                      } else if (descriptor == STDIN_FILENO) {
                          is_ending = read(descriptor, piece.data(), piece.size()) <= 0;
                      } else if (recv(descriptor, piece.data(), piece.size(), 0) > 0) {
                          arrivals.push_back(Clock::now());
                          loop.at(arrivals.back() + delay, descriptor);
                      } else {
                          close(descriptor);
                      }
                  });
    }
    for (const Time when : arrivals) {
        std::printf("%.6f\n", std::chrono::duration<double>(when.time_since_epoch()).count());
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::string_view> words(arguments + 1, arguments + count);
    const auto number = [&](int i) { return std::atoi(arguments[i]); };
    if (count == 6 && words[0] == "load") {
        return run_load(number(2), number(3), Duration(number(4)), std::chrono::seconds(number(5)));
    }
    if (count == 4 && words[0] == "backend") return run_backend(number(2), Duration(number(3)));
    std::fputs(
        "usage: turnpike-bench-paced load PORT CONNECTIONS PAUSE_US SECONDS | backend PORT "
        "DELAY_US\n",
        stderr);
    return 2;
}
