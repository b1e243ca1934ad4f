// turnpike-control: the management API, its rules, the database, the publisher.
#include <csignal>
#include <cstdio>
#include <ctime>
#include <string>

#include "common/config/settings.hpp"
#include "common/telemetry/log.hpp"
#include "control-plane/control_plane.hpp"

namespace {

using namespace turnpike;

constexpr timespec kDatabaseRetry{.tv_sec = 0, .tv_nsec = 500'000'000};

int fail(const Error& error) {
    std::string reason = error.message;
    if (!error.detail.empty()) reason += (reason.empty() ? "" : ": ") + error.detail;
    std::fprintf(stderr, "turnpike-control: error: %s\n", reason.c_str());
    return 1;
}

/// SIGTERM and SIGINT, for sigwait; every thread inherits that they are blocked.
sigset_t block_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

/// Returns: false if the process was asked to end meanwhile.
Result<bool> wait_for_database(ControlPlane& control, const sigset_t& signals) {
    while (true) {
        const Result<bool> prepared = control.prepare_database();
        if (!prepared || *prepared) return prepared;
        if (sigtimedwait(&signals, nullptr, &kDatabaseRetry) > 0) return false;
    }
}

int run(const config::ControlSettings& settings) {
    const sigset_t signals = block_signals();
    telemetry::set_log_level(telemetry::parse_log_level(settings.log_level));
    const auto control = ControlPlane::create(settings);
    if (!control) return fail(control.error());
    if (const auto started = (*control)->start_status(); !started) return fail(started.error());
    const Result<bool> prepared = wait_for_database(**control, signals);
    if (!prepared) return fail(prepared.error());
    if (!*prepared) return 0;
    if (const auto serving = (*control)->serve(); !serving) return fail(serving.error());
    int received = 0;
    sigwait(&signals, &received);
    telemetry::log_info("stopping", {{"signal", received}});
    (*control)->stop();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto loaded = config::load_control_settings(config::Invocation::of_process(argc, argv));
    if (!loaded) return fail(loaded.error());
    if (loaded->text) {
        std::fputs(loaded->text->c_str(), stdout);
        return 0;
    }
    return run(loaded->settings);
}
