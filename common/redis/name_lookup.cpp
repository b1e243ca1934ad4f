#include "common/redis/name_lookup.hpp"

#include <netdb.h>

#include <cstring>
#include <utility>

namespace turnpike::redis {
namespace {

struct Answer {
    int error = 0;
    std::vector<SocketAddress> addresses;
};

Answer addresses_of(const std::string& host, const std::string& port, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* found = nullptr;
    Answer answer;
    answer.error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
    if (answer.error != 0) return answer;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        if (one->ai_addrlen > sizeof(sockaddr_storage)) continue;
        SocketAddress address;
        std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
        address.size = one->ai_addrlen;
        answer.addresses.push_back(address);
    }
    ::freeaddrinfo(found);
    return answer;
}

}  // namespace

std::vector<SocketAddress> NameLookup::read(const std::string& host, const std::string& port) {
    return addresses_of(host, port, AI_NUMERICHOST).addresses;
}

NameLookup::~NameLookup() {
    {
        const std::lock_guard lock(mutex_);
        stops_ = true;
    }
    woken_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void NameLookup::look_up(std::string host, std::string port, Done done) {
    const std::lock_guard lock(mutex_);
    questions_.push_back({std::move(host), std::move(port), std::move(done)});
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    woken_.notify_all();
}

void NameLookup::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        woken_.wait(lock, [this] { return stops_ || !questions_.empty(); });
        if (stops_) return;
        Question question = std::move(questions_.front());
        questions_.pop_front();
        lock.unlock();
        Answer answer = addresses_of(question.host, question.port, 0);
        std::string problem;
        if (answer.error != 0) {
            problem = std::string("name look-up: ") + ::gai_strerror(answer.error);
        }
        loop_.post([done = std::move(question.done), problem = std::move(problem),
                    addresses = std::move(answer.addresses)] { done(problem, addresses); });
        lock.lock();
    }
}

}  // namespace turnpike::redis
