#include "data-plane/process_events.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace turnpike {
namespace {

int open_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

ProcessEvents::ProcessEvents()
    : signals_(open_signals()), notices_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

ProcessEvents::Event ProcessEvents::wait(Milliseconds timeout) {
    std::array<pollfd, 2> polled{{{signals_.get(), POLLIN, 0}, {notices_.get(), POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), static_cast<int>(timeout.count())) <= 0) {
        return Event::TimedOut;
    }
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof(signal)) == sizeof(signal)) {
        return signal.ssi_signo == SIGHUP ? Event::Reload : Event::Terminate;
    }
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(notices_.get(), &count, sizeof(count));
    return Event::Notified;
}

void ProcessEvents::notify() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(notices_.get(), &one, sizeof(one));
}

}  // namespace turnpike
