#include "data-plane/integration/resolver.hpp"

#include <ares.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "data-plane/net/listener.hpp"

namespace turnpike::integration {
namespace {

constexpr int kQueryTimeoutMs = 2000;
constexpr int kQueryTries = 2;

Error failure_of(int status) {
    if (status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_EBADNAME) {
        return not_found("no such name");
    }
    return unavailable(ares_strerror(status));
}

Resolved take_addresses(const ares_addrinfo& answer) {
    Resolved resolved;
    int shortest = -1;
    for (const ares_addrinfo_node* node = answer.nodes; node; node = node->ai_next) {
        if (node->ai_family != AF_INET && node->ai_family != AF_INET6) continue;
        resolved.addresses.emplace_back(node->ai_addr, static_cast<socklen_t>(node->ai_addrlen));
        if (shortest < 0 || node->ai_ttl < shortest) shortest = node->ai_ttl;
    }
    resolved.time_to_live = Seconds(std::max(shortest, 0));
    return resolved;
}

/// When the system's configuration changed last; 0 if there is none.
std::int64_t configuration_stamp() {
    struct stat status {};
    if (::stat("/etc/resolv.conf", &status) != 0) return 0;
    return status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace

class Resolver::Impl {
public:
    Impl() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), thread_([this] { run(); }) {}

    ~Impl() {
        stops_.store(true);
        wake();
        thread_.join();
    }

    void ask(std::string host, Callback done) {
        {
            const std::lock_guard lock(mutex_);
            asked_.push_back({std::move(host), std::move(done)});
        }
        wake();
    }

private:
    struct Question {
        std::string host;
        Callback done;
        Impl* impl = nullptr;
    };

    void wake() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
    }

    void run() {
        open_channel();
        while (!stops_.load()) {
            wait_and_process();
            start_asked();
        }
        // Calls back every open question with ARES_EDESTRUCTION.
        if (channel_) ares_destroy(channel_);
    }

    void open_channel() {
        stamp_ = configuration_stamp();
        ares_options options{};
        options.timeout = kQueryTimeoutMs;
        options.tries = kQueryTries;
        if (ares_init_options(&channel_, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) !=
            ARES_SUCCESS) {
            channel_ = nullptr;
        }
    }

    /// c-ares reads the system's configuration only once; a change must not need a restart.
    void follow_configuration() {
        if (open_questions_ > 0 || configuration_stamp() == stamp_) return;
        if (channel_) ares_destroy(channel_);
        open_channel();
    }

    void start_asked() {
        std::vector<Question> asked;
        {
            const std::lock_guard lock(mutex_);
            asked.swap(asked_);
        }
        if (!asked.empty()) follow_configuration();
        for (Question& question : asked) start(std::move(question));
    }

    void start(Question question) {
        if (!channel_) {
            question.done(unavailable("the resolver has no usable configuration"));
            return;
        }
        ++open_questions_;
        question.impl = this;
        auto held = std::make_unique<Question>(std::move(question));
        ares_addrinfo_hints hints{};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        const char* host = held->host.c_str();
        ares_getaddrinfo(channel_, host, nullptr, &hints, answered, held.release());
    }

    static void answered(void* argument, int status, int /*timeouts*/, ares_addrinfo* answer) {
        const std::unique_ptr<Question> question(static_cast<Question*>(argument));
        --question->impl->open_questions_;
        const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned(answer,
                                                                                 ares_freeaddrinfo);
        if (status == ARES_EDESTRUCTION) return;
        if (status != ARES_SUCCESS) {
            question->done(failure_of(status));
            return;
        }
        Resolved resolved = take_addresses(*answer);
        if (resolved.addresses.empty()) {
            question->done(not_found("no addresses"));
        } else {
            question->done(std::move(resolved));
        }
    }

    void wait_and_process() {
        std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
        std::array<pollfd, ARES_GETSOCK_MAXNUM + 1> polled{};
        const int bits = channel_ ? ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM) : 0;
        nfds_t count = 0;
        polled[count++] = {wake_.get(), POLLIN, 0};
        for (std::size_t i = 0; i < sockets.size(); ++i) {
            const auto index = static_cast<unsigned>(i);
            const bool reads = (static_cast<unsigned>(bits) >> index & 1U) != 0;
            const bool writes =
                (static_cast<unsigned>(bits) >> (index + ARES_GETSOCK_MAXNUM) & 1U) != 0;
            if (!reads && !writes) continue;
            polled[count++] = {
                sockets[i], static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0};
        }
        ::poll(polled.data(), count, next_timeout_ms());
        drain_wake();
        for (nfds_t i = 1; i < count; ++i) process(polled[i]);
        if (count == 1 && channel_) ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }

    void process(const pollfd& polled) {
        const bool failed = (polled.revents & (POLLERR | POLLHUP)) != 0;
        const bool reads = failed || (polled.revents & POLLIN) != 0;
        const bool writes = (polled.revents & POLLOUT) != 0;
        // Also with neither: that is what lets time-outs happen.
        ares_process_fd(channel_, reads ? polled.fd : ARES_SOCKET_BAD,
                        writes ? polled.fd : ARES_SOCKET_BAD);
    }

    int next_timeout_ms() {
        if (open_questions_ == 0 || !channel_) return -1;
        timeval longest{1, 0};
        timeval storage{};
        const timeval* left = ares_timeout(channel_, &longest, &storage);
        return static_cast<int>(left->tv_sec * 1000 + left->tv_usec / 1000 + 1);
    }

    void drain_wake() {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof(count));
    }

    ares_channel channel_ = nullptr;
    std::int64_t stamp_ = 0;
    std::size_t open_questions_ = 0;  // on the resolver's thread only

    std::mutex mutex_;
    std::vector<Question> asked_;  // under mutex_
    std::atomic<bool> stops_{false};
    net::Descriptor wake_;
    std::thread thread_;  // last: it uses everything above
};

Resolver::Resolver() : impl_(std::make_unique<Impl>()) {}
Resolver::~Resolver() = default;

void Resolver::resolve(std::string host, Callback done) {
    impl_->ask(std::move(host), std::move(done));
}

}  // namespace turnpike::integration
